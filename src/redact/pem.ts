import { MARK } from "./keys.ts";

/** Inside a PEM block, or inside one in base64 that goes on over lines: these have at least `shortest` letters, or end with =. */
export type Pem = { begun: boolean; shortest: number };

/** A line of a block, with what is known after it. `rest`: what stands in the line behind the block's end. */
export type PemLine = { pem: Pem | null; text: string; rest?: string };

const BEGIN = /-{4,5} ?BEGIN (?:[A-Z0-9]{1,16} ){0,6}?[A-Z0-9]{1,16} ?-{4,5}|-----BEGIN [A-Z0-9 ]{0,48}$/g;
const END = /-{4,5} ?END [A-Z0-9 ]{0,64}-{4,5}/g;
/** A block's body in the rest of its first line: letters, blanks, JSON's line breaks. */
const REST = /(?:[A-Za-z0-9+/=:,_ \t.-]|\\+[nr]|%0[AaDd])*/y;
/** "-----BEGIN " in base64, to the end of its line. */
const IN_BASE64 = /LS0tLS1CRUdJTi[A-Za-z0-9+/]{40,}(?=\s*$)/;
const SHORTEST_IN_BASE64 = 16;

/** The beginning of a PEM block in a line, null when there is none; with its end in the same line (JSON's \n) all of it goes. */
export function beginPem(line: string): PemLine | null {
  const plain = beginPlain(line);
  const text = plain?.text ?? line;
  const encoded = IN_BASE64.exec(text);
  if (encoded === null) return plain;
  const pem = plain?.pem ?? { begun: true, shortest: SHORTEST_IN_BASE64 };
  return { pem, text: text.slice(0, encoded.index) + MARK };
}

function beginPlain(line: string): PemLine | null {
  if (!line.includes("BEGIN ")) return null;
  let clean = "";
  let done = 0;
  let pem: Pem | null = null;
  let hasEnd = true;
  for (let begin = find(BEGIN, line, 0); begin !== null; begin = find(BEGIN, line, done)) {
    const body = begin.index + begin[0].length;
    // Looked for until there is none: again and again would be quadratic in a line of beginnings.
    const end: RegExpExecArray | null = hasEnd ? find(END, line, body) : null;
    hasEnd = end !== null;
    clean += line.slice(done, begin.index) + MARK;
    done = end === null ? rest(line, body) : end.index + end[0].length;
    // A closing quote ends the block with the line; otherwise the next lines belong to it.
    if (end === null)
      pem = done > body && /["'`]/.test(line[done] ?? "") ? null : { begun: false, shortest: 1 };
  }
  return done === 0 ? null : { pem, text: clean + line.slice(done) };
}

const HEADER = /^[\s>|+~-]*[A-Z][A-Za-z-]{3,20}: [^:]{0,80}$/;
const BODY = /^([\s>|+~"'-]*)([A-Za-z0-9+/=_-]+)((?:\\+[nr])*["'`,+;\s]*)$/;
/** Behind another program's prefix, as in "null_resource.x (local-exec): MII…". */
const TAIL = /^(.*[\s\]|:>"'])([A-Za-z0-9+/]{40,}={0,2})((?:\\+[nr])*["'`,+;\s]*)$/;

/** A line within a PEM block, or null when it is none: a block without an end stops at the first line of another shape. */
export function insidePem(pem: Pem, line: string): PemLine | null {
  const end = find(END, line, 0);
  const begin = find(BEGIN, line, 0);
  // Another block begins before this one's end: it is taken like any first line.
  if (begin !== null && (end === null || begin.index < end.index)) return null;
  if (end !== null) return { pem: null, text: MARK, rest: line.slice(end.index + end[0].length) };
  const [, before = "", body = "", after = ""] = BODY.exec(line) ?? TAIL.exec(line) ?? [];
  if (body !== "" && (body.length >= pem.shortest || body.endsWith("="))) {
    return { pem: { ...pem, begun: true }, text: before + MARK + after };
  }
  if (line.trim() === "" || line.trim() === MARK) return { pem, text: line };
  return !pem.begun && HEADER.test(line) ? { pem, text: MARK } : null;
}

function find(shape: RegExp, line: string, from: number): RegExpExecArray | null {
  shape.lastIndex = from;
  return shape.exec(line);
}

function rest(line: string, from: number): number {
  REST.lastIndex = from;
  return REST.test(line) ? REST.lastIndex : from;
}
