import { holdsNoSecret, isHarmless, isSecretUnder, isWeak, KEY, KEY_END, MARK } from "./keys.ts";
import { redactLiterals } from "./literals.ts";

/** Blanks between a name, its sign and its value, with the colour codes terraform puts there. */
const GAP = /(?:[ \t]|\p{Cc}\[[\d;]{0,12}m)*/uy;
const SIGN = /is[ \t](?=["'`])|=>|:=|={1,2}|:|>(?=[^<>\s]{1,512}<\/)/y;
const ARROW = /(?:[ \t]|\p{Cc}\[[\d;]{0,12}m)*->(?:[ \t]|\p{Cc}\[[\d;]{0,12}m)*/uy;
const QUOTE = /(\\{0,7})(["'`])/y;
/** A bare value goes on over brackets and , ; & unless a blank or the next name=value follows. */
const BARE =
  /(?:\[redacted\]|[^\s"'`,;&(){}[\]<>|\\]|\((?!sensitive|known)|[)}\]>](?=[\w!@#$%^*~])|\\(?![nrt"'`\\])|[,;&](?=[^\s,;&"'`\\)\]}])(?![\w.-]{1,40}[=:]))+/y;
/** Where the name begins its line, the value is all that follows it, quotes within words too; of a passphrase, with its blanks. */
const WORD = /(?:\[redacted\]|[^\s"'`<{[(|>\\])(?:[^\s"'`]|["'`](?=[^\s"'`,;)}\]]))*/y;
const PHRASE = /[^\s"'`<{[(|>\\](?:[^\r\n"'`\\]|["'`](?=[^\s,;)}\]]))*/y;
const BEFORE_NAME = /(?:^|\n)[ \t+~-]*(?:(?:export|env|set)[ \t]+)?$/;
const REACH = 80;

type Value = { from: number; to: number; after: number; bare: boolean; inList?: true };
/** The telling part of a name. `weak`: its value has to look like a secret too. */
type Part = { weak: boolean; at: number; end: number };

/** Replaces what is assigned to a name secrets are kept under: `password=…`, `"api_key": "…"`, `--token …`, `DB_PASS: …`. */
export function redactAssignments(text: string): string {
  let clean = "";
  let done = 0;
  KEY.lastIndex = 0;
  for (let found = KEY.exec(text); found !== null; found = KEY.exec(text)) {
    if (found.index < done) continue;
    const place = KEY.lastIndex;
    const name = { weak: isWeak(found[0]), at: found.index, end: place };
    for (let value = assigned(text, name); value !== null; value = following(text, value, name.weak)) {
      clean += text.slice(done, value.from) + MARK;
      done = value.to;
    }
    KEY.lastIndex = Math.max(place, done);
  }
  clean += text.slice(done);
  return clean.includes("--from-literal") ? redactLiterals(clean) : clean;
}

/** A name, from its beginning to the end of its closing quote; its telling part is at `at`. `isPlain`: nothing quotes it. */
type Name = { text: string; from: number; at: number; ends: number; isPlain: boolean };

/** The value given to the name whose telling part this is, or null when there is none or it is harmless. */
function assigned(text: string, { weak, at, end }: Part): Value | null {
  const ends = skip(KEY_END, text, end);
  const gap = skip(GAP, text, ends);
  SIGN.lastIndex = gap;
  const sign = SIGN.exec(text)?.[0];
  if (sign === undefined) {
    if (weak || (gap === ends && text[ends] !== ",")) return null;
    return spaced(text, nameAt(text, at, ends), gap);
  }
  const name = nameAt(text, at, ends);
  if (holdsNoSecret(name.text)) return null;
  const from = skip(GAP, text, gap + sign.length);
  if (text[from] === "[") return listed(text, from + 1, weak);
  if (weak) return lookingSecret(text, from);
  const value = readValue(text, from, valueShape(text, name, sign, from > gap + sign.length));
  if (value === null) return null;
  const word = text.slice(value.from, value.to);
  const said = value.bare && isSaid(text, name, value, sign === ":" ? from - gap - 1 : null);
  return said || isHarmless(word, value.bare) ? following(text, value, weak) : value;
}

/** Under a weak name a value that is none stays, and is read again behind the next name in it: so not much of it is read. */
const WEAK_REACH = 256;

function lookingSecret(text: string, from: number): Value | null {
  const near = text.slice(0, from + WEAK_REACH);
  const value = readValue(near, from, BARE);
  if (value === null) return null;
  const isOne = isSecretUnder("maybe", text.slice(value.from, value.to), value.bare);
  return isOne ? value : arrowed(near, value.after, true);
}

/** What stands behind a value under the same name: the next of a list, or what terraform makes of it. */
function following(text: string, value: Value, weak: boolean): Value | null {
  if (value.inList === undefined) return arrowed(text, value.after, weak);
  NEXT.lastIndex = value.after;
  return NEXT.test(text) ? listed(text, NEXT.lastIndex, weak) : null;
}

const NEXT = /[ \t]*,[ \t]*/y;
const LIST_WORD = /[^\s"'`,;&(){}[\]<>|\\]+/y;

/** The first secret of a list that is open before `from`, in its line. */
function listed(text: string, from: number, weak: boolean): Value | null {
  for (let at = skip(GAP, text, from); ; at = NEXT.lastIndex) {
    const value = readValue(text, at, LIST_WORD);
    if (value === null) return null;
    // Bare words are names more often than secrets: `secrets: [db, web]`.
    const telling = weak || value.bare ? "maybe" : "secret";
    if (isSecretUnder(telling, text.slice(value.from, value.to), value.bare))
      return { ...value, inList: true };
    NEXT.lastIndex = value.after;
    if (!NEXT.test(text)) return null;
  }
}

function nameAt(text: string, at: number, ends: number): Name {
  let from = at;
  while (from > 0 && at - from < REACH && isOfName(text.charCodeAt(from - 1))) from -= 1;
  let to = ends;
  while (to > at && !isOfName(text.charCodeAt(to - 1))) to -= 1;
  return { text: text.slice(from, to), from, at, ends, isPlain: to === ends };
}

/** A letter, a digit, or one of _ . - */
function isOfName(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 45 && code <= 57 && code !== 47) ||
    code === 95
  );
}

function valueShape(text: string, name: Name, sign: string, isSpaced: boolean): RegExp {
  if (!name.isPlain || (sign !== "=" && !(sign === ":" && isSpaced))) return BARE;
  const before = text.slice(Math.max(0, name.from - REACH), name.from);
  if (!BEFORE_NAME.test(before) || (name.from > REACH && !before.includes("\n"))) return BARE;
  return sign === ":" && /pass(?:word|phrase)$/i.test(name.text) ? PHRASE : WORD;
}

/** `--token VALUE`, unless it is a sentence about the flag; in a list of arguments the next one. */
function spaced(text: string, name: Name, gap: number): Value | null {
  if (!name.text.startsWith("--")) return null;
  const from = text[gap] === "," ? skip(GAP, text, gap + 1) : gap;
  if (text[from] === "-" || (from === gap && text[from] === ",")) return null;
  const value = readValue(text, from, from === gap ? BARE : LIST_WORD);
  if (value === null || text[value.from] === "-") return null;
  return isHarmless(text.slice(value.from, value.to), value.bare) ? null : value;
}

/** terraform's `"old" -> "new"`. */
function arrowed(text: string, after: number, weak: boolean): Value | null {
  const from = skip(ARROW, text, after);
  const value = from === after ? null : readValue(text, from, BARE);
  if (value === null) return null;
  return isSecretUnder(weak ? "maybe" : "secret", text.slice(value.from, value.to), value.bare)
    ? value
    : null;
}

/**
 * Bare words after a name that are no secret: a size, an image's tag (`vault-secret:1.2`), a plain word after "token:".
 * `gap` is what stands between the colon and the value, null for another sign.
 */
function isSaid(text: string, name: Name, value: Value, gap: number | null): boolean {
  const word = text.slice(value.from, value.to);
  const isPassword = /pass.|[_-]pass$|pwd/i.test(name.text);
  if (/^\d{1,6}[,;.]?$/.test(word))
    return !isPassword || /^[ \t]{1,4}bytes?\b/.test(text.slice(value.to, value.to + 12));
  if (/^\d{1,6} bytes?$/.test(word)) return true;
  if (isPassword || gap === null) return /^(?:must|is|was|are|should|cannot|has|for|not)\b/i.test(word);
  const isQuoted = /["'`]/.test(text[name.ends - 1] ?? "");
  if (gap === 0 && !isQuoted)
    return (
      word.length < 12 ||
      /^v?\d+\./.test(word) ||
      /[/@:]$/.test(text.slice(Math.max(0, name.from - 1), name.from))
    );
  return (
    /^(?:secret|token|credentials?)$/i.test(name.text) && /^[a-z]+(?:[-./][a-z]+)*[.,;:]?(?:\s|$)/i.test(word)
  );
}

function readValue(text: string, from: number, bare: RegExp): Value | null {
  QUOTE.lastIndex = from;
  const quote = QUOTE.exec(text);
  if (quote !== null) {
    const [opening, slashes = "", mark = ""] = quote;
    const begins = from + opening.length;
    const to = closing(text, begins, mark, slashes.length);
    const after = text[to] === "\n" || to === text.length ? to : to + opening.length;
    return { from: begins, to, after, bare: false };
  }
  bare.lastIndex = from;
  const to = bare.test(text) ? bare.lastIndex : from;
  const blanks = /[ \t\r]*$/.exec(text.slice(Math.max(from, to - REACH), to))?.[0].length ?? 0;
  return to === from ? null : { from, to: to - blanks, after: to, bare: true };
}

/** Where the quoted value ends: before the next quote as deep as the opening one, or at the end of the line. */
function closing(text: string, from: number, mark: string, depth: number): number {
  let sought = from;
  for (let at = text.indexOf(mark, from); at !== -1; at = text.indexOf(mark, at + 1)) {
    const line = text.slice(sought, at).indexOf("\n");
    if (line !== -1) return sought + line;
    // In YAML and SQL two of them within a text are one.
    if (mark === "'" && depth === 0 && text[at + 1] === mark) {
      at += 1;
      sought = at + 1;
      continue;
    }
    const slashes = slashesBefore(text, from, at);
    if (depth > 0 && slashes <= depth) return at - slashes;
    if (depth === 0 && (slashes % 2 === 0 || mark !== '"')) return at;
    sought = at;
  }
  const line = text.indexOf("\n", sought);
  return line === -1 ? text.length : line;
}

function slashesBefore(text: string, from: number, at: number): number {
  let slashes = 0;
  while (at - slashes > from && text[at - slashes - 1] === "\\") slashes += 1;
  return slashes;
}

function skip(shape: RegExp, text: string, from: number): number {
  shape.lastIndex = from;
  return shape.test(text) ? shape.lastIndex : from;
}
