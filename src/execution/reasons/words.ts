/** More of what a program or a cluster said says nothing more in a sentence. The whole of it is in the log. */
const QUOTED_CHARS = 300;
const NAME_CHARS = 253;
const BARE = /^[\w.:/@=,+*()[\]<>'-]{1,253}$/;

/** Whatever is not seen but acts: controls, marks that turn the direction of text, separators. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]+/gu;

/**
 * Words of others within a sentence of ours: on one line, cut, and in quotes that nothing in them can close. They are
 * redacted already, because half a token looks like none.
 */
export function inQuotes(text: string, most = QUOTED_CHARS): string {
  return `"${cut(plain(text).replace(/\.$/, ""), most)}"`;
}

/** A name, an address or a count of others in a sentence of ours: bare where it cannot be read as words, else in quotes. */
export function name(text: string): string {
  return BARE.test(text) ? text : inQuotes(text, NAME_CHARS);
}

function plain(text: string): string {
  return text
    .replace(UNSEEN, " ")
    .replace(/\s+/gu, " ")
    .replace(/["“”„‟«»]/gu, "'")
    .trim();
}

function cut(text: string, most: number): string {
  const chars = [...text];
  return chars.length <= most ? text : `${chars.slice(0, most).join("")}…`;
}
