import { isHarmless, MARK } from "./keys.ts";

/** What tells whose literals they are, and a literal itself: its flag, its name, its value. */
const PIECE =
  /\n|\bsecrets?\b|\bcreate\b[^\n]{0,80}?\b(?:configmap|cm)\b|(--from-literal(?:=|[ \t]{1,8})["']?)([\w.-]{1,256}=)(\\{0,7}"[^"\n]*"|'[^'\n]*'|[^\s"']+)/g;

/**
 * Replaces the values of `--from-literal`, which make a Secret in most lines that have them. Where the same line says that a
 * config map is made, a value stays that does not look like a secret: by a telling name it was replaced before this.
 */
export function redactLiterals(text: string): string {
  let isForMap = false;
  let isForSecret = false;
  return text.replace(PIECE, (all, flag?: string, name?: string, value?: string) => {
    if (flag === undefined || name === undefined || value === undefined) {
      isForSecret = all !== "\n" && (isForSecret || /\bsecrets?\b/.test(all));
      isForMap = all !== "\n" && (isForMap || all.startsWith("create"));
      return all;
    }
    const plain = value.replace(/^\\*["']|\\*["']$/g, "");
    const stays = isHarmless(plain, false) || (isForMap && !isForSecret && !looksRandom(plain));
    return stays ? all : `${flag}${name}${MARK}`;
  });
}

/**
 * The words of a command, each redacted by itself; a literal with what the other words say it is for. Null when they make
 * neither a config map nor a secret.
 */
export function redactCommandWords(
  words: readonly string[],
  redact: (text: string) => string,
): string[] | null {
  const kind = !words.includes("create")
    ? null
    : ["secret", "configmap", "cm"].find((one) => words.includes(one));
  if (kind === null || kind === undefined) return null;
  return words.map((word, index) => {
    const isApart = words[index - 1] === "--from-literal";
    if (!isApart && !word.startsWith("--from-literal=")) return redact(word);
    const before = `create ${kind} ${isApart ? "--from-literal=" : ""}`;
    const clean = redact(before + word);
    return clean.startsWith(before) ? clean.slice(before.length) : MARK;
  });
}

/** Letters of both cases and digits in no order a person would give them: a key, a token, a made-up password. */
function looksRandom(value: string): boolean {
  if (value.length < 10 || !/^[A-Za-z0-9+/_=-]+$/.test(value)) return false;
  const kinds = [...value].map((char) =>
    /[a-z]/.test(char) ? "a" : /[A-Z]/.test(char) ? "A" : /\d/.test(char) ? "1" : "",
  );
  const changes = kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1]).length;
  const has = new Set(kinds);
  const share = changes / value.length;
  if (has.has("a") && has.has("A") && has.has("1")) return changes >= 4 && share >= 0.4;
  // A digest or an id in hexadecimal is none.
  return value.length >= 16 && has.has("1") && share >= 0.5 && !/^(?:sha\d+-)?[0-9a-f-]+$/i.test(value);
}
