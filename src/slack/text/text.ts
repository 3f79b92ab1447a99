// Text of users, models and commands is data. Where Slack parses nothing (rich_text text, plain_text) `visible` is
// enough; where it parses (a message's own `text`, headers of clients that look for links) it goes through `inert`.

/** An invisible character Slack's parsers do not know: links, emoji and mentions fall apart at it. */
const JOINER = "\u2060";

const ESCAPE = "\\u001b";
/** Terminal colours and cursor movements (CSI), and titles and links of terminals (OSC). */
const ansi = new RegExp(
  `${ESCAPE}\\[[0-?]*[ -/]*[@-~]|${ESCAPE}\\][^\\u0007\\u001b]*(?:\\u0007|${ESCAPE}\\\\)?|${ESCAPE}[@-Z\\\\-_]`,
  "gu",
);
/** Most texts hold nothing to look for. */
const plain = /^[\n\t\x20-\x7e]*$/u;
/** Whatever is not seen but acts: controls, bidi marks, zero widths, lone surrogates, separators, fillers, private use. */
const unseen =
  /(?!\p{Extended_Pictographic}\uFE0F)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{DI}\u2800]/gu;

/** The text as it can be looked at: without terminal codes, and with every unseen character as `\u202e`. Keeps line feeds and tabs. */
export function visible(text: string): string {
  if (plain.test(text)) return text;
  return text
    .replace(ansi, "")
    .replaceAll("\r\n", "\n")
    .replace(unseen, (char) => (char === "\n" || char === "\t" ? char : escapeOf(char)));
}

/** The same on one line: line feeds and tabs are spaces. */
export function oneLine(text: string): string {
  return visible(text).replace(/\s+/gu, " ").trim();
}

/** The same for a label, at most `max` characters: Slack refuses a label of nothing, and with it all that it belongs to. */
export function labelText(text: string, max: number): string {
  return cutMiddle(oneLine(text), max) || "(blank)";
}

/** One command line for reading: arguments quoted as a POSIX shell would need it, every unseen character escaped. */
export function commandLine(argv: readonly string[]): string {
  return argv.map(quoted).join(" ");
}

/** Escapes the three characters that mean something in Slack's mrkdwn. */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** One line that no parser of Slack finds anything in: no mention, link, emoji or formatting. For mrkdwn and plain `text`. */
export function inert(text: string): string {
  const broken = oneLine(text)
    .replaceAll("*", "\u2217")
    .replaceAll("~", "\u223c")
    .replaceAll("`", "\u02cb")
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\u02cd")
    .replace(/[:@#](?=\S)|\/(?=\/)|\.(?=[\p{L}\p{N}])/gu, (mark) => `${mark}${JOINER}`);
  const escaped = escapeMrkdwn(broken);
  // Slack reads an escaped > at the start of a line as a quotation.
  return escaped.startsWith("&gt;") ? `${JOINER}${escaped}` : escaped;
}

/** The same, and at most `max` characters when it is escaped: an ampersand is five of them. */
export function inertWithin(text: string, max: number): string {
  for (let room = max; ; room = Math.floor(room / 2)) {
    const shown = inert(cutMiddle(visible(text), room));
    if (shown.length <= max || room < 2) return shown;
  }
}

/** At most `max` characters: head and tail, and between them how many are left out. Never splits a character. */
export function cutMiddle(text: string, max: number): string {
  if (text.length <= max) return text;
  const chars = [...text];
  // The number left out is never longer in print than the length of it all, so the result always fits.
  const room = max - leftOut(text.length).length;
  if (room < 2) return `${take(chars, max - 1)}…`;
  const head = take(chars, Math.ceil(room * 0.6));
  const tail = take(chars.toReversed(), Math.floor(room * 0.4), true);
  return `${head}${leftOut(text.length - head.length - tail.length)}${tail}`;
}

/** A number as people read it: 1,234. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** The words behind Slack's own escapes in what a person typed: `<@U1|ann>` is @ann, `&lt;` is <. */
export function plainWords(text: string): string {
  return text
    .replace(/<([^<>|]*)(?:\|([^<>]*))?>/gu, (_whole, target: string, label: string | undefined) =>
      wordsOf(target, label ?? ""),
    )
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .trim();
}

function leftOut(characters: number): string {
  return ` … ${count(characters)} characters left out … `;
}

function escapeOf(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

function quoted(word: string): string {
  const shown = word.replace(unseen, escapeOf);
  return /^[\w@%+=:,./-]+$/u.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`;
}

/** Whole characters from the front, at most `room` UTF-16 units; `reversed` when the list was turned around. */
function take(chars: readonly string[], room: number, reversed = false): string {
  let used = 0;
  const taken: string[] = [];
  for (const char of chars) {
    if (used + char.length > room) break;
    used += char.length;
    taken.push(char);
  }
  return (reversed ? taken.reverse() : taken).join("");
}

function wordsOf(target: string, label: string): string {
  if (/^[@#]/u.test(target))
    return target.charAt(0) + (label === "" ? target.slice(1) : label.replace(/^[@#]/u, ""));
  if (target.startsWith("!date^")) return label;
  if (target.startsWith("!")) return `@${(label === "" ? target.slice(1) : label).replace(/^@/u, "")}`;
  const address = target.replace(/^mailto:/u, "");
  // Slack turns a typed payment-api.prod into a link whose label is what was typed.
  return label === "" || address.endsWith(label) ? label || address : `${label} (${address})`;
}
