import { isHarmless, MARK } from "./keys.ts";

/**
 * Whether a value of a `data` map whose kind is not known is a Secret's: base64 that decodes to text, or long base64 of
 * mixed letters. kubectl prints `data` before `kind`, and holding lines back until the kind comes has no bound. (Four
 * letters of a plain word decode to text in about one of twenty cases; words of one case without padding are spared.)
 */
export function isSecretData(value: string): boolean {
  if (value.length < 4 || value.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return false;
  if (/^(?:[a-z]+|[A-Z]+|\d+)$/.test(value)) return false;
  const bytes = Buffer.from(value, "base64");
  if (isText(bytes)) return true;
  return value.length >= 24 && /[a-z]/.test(value) && /[A-Z]/.test(value);
}

function isText(bytes: Buffer): boolean {
  const text = bytes.toString("utf8");
  return !/[^\P{Cc}\s]|\ufffd/u.test(text);
}

const MAP = /(\\{0,7})["']?\b(?:data|stringData)\1["']?[ \t]{0,8}[:=]?[ \t]{0,8}(?:\{|map\[)/g;
const ENTRY =
  /(\s*(\\{0,7}["']?)[\w./-]{1,253}\2\s*:\s*)(?:(\\{0,7}["'])((?:[^"'\\\n])*)\3|((?:\[redacted\]|[^\s"'\\,{}\]])+))(\s*,?)/y;

/** Replaces the values of a Secret's data in one line: minified JSON (also escaped, as in last-applied-configuration), YAML flow, Go's map[…]. */
export function redactDataMaps(line: string): string {
  if (!line.includes("data") && !line.includes("stringData")) return line;
  const isSecret = /\bkind\\{0,7}["']?\s{0,8}:\s{0,8}\\{0,7}["']?Secret\b/.test(line);
  let clean = "";
  let done = 0;
  MAP.lastIndex = 0;
  for (let found = MAP.exec(line); found !== null; found = MAP.exec(line)) {
    ENTRY.lastIndex = MAP.lastIndex;
    for (let entry = ENTRY.exec(line); entry !== null; entry = ENTRY.exec(line)) {
      const [all, head = "", , quote = "", quoted, bare, tail = ""] = entry;
      const value = quoted ?? bare ?? "";
      const isOne = !isHarmless(value, false) && (isSecret || isSecretData(value));
      clean += line.slice(done, entry.index) + (isOne ? head + quote + MARK + quote + tail : all);
      done = ENTRY.lastIndex;
      MAP.lastIndex = done;
    }
  }
  return clean + line.slice(done);
}

/** One value of a `data` map. */
export function datum(value: string, isSecret: boolean | null): string {
  const [, open = "", text = "", close = ""] = /^(["']?)(.*?)(["']?,?\s*)$/.exec(value) ?? [];
  if (isSecret === false || isHarmless(text, false) || /^[{[|>]/.test(text)) return value;
  return isSecret === true || isSecretData(text) ? open + MARK + close : value;
}

const WRAPPED_LINE = /^(\s*["']?)([A-Za-z0-9+/]{16,}={0,2})(["']?,?\s*)$/;

/** A line of a `data` map without a name of its own: a value wrapped by hand. */
export function wrapped(isSecret: boolean | null, line: string): string {
  if (isSecret === false) return line;
  const found = WRAPPED_LINE.exec(line);
  if (found !== null) return `${found[1] ?? ""}${MARK}${found[3] ?? ""}`;
  return isSecret === true && !/^[\s{}[\],]*$/.test(line)
    ? (/^\s*/.exec(line)?.[0] ?? "") + MARK + returnOf(line)
    : line;
}

/** The carriage return a line of Windows ends with. */
export function returnOf(line: string): string {
  return line.endsWith("\r") ? "\r" : "";
}
