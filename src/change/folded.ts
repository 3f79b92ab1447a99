/** Where the program's own words begin. */
const FOLD = /\n\n(?:kubectl|terraform) said:\n>/;

/**
 * A reason of ours, and behind it what a program printed: each line of that is marked, so that none can be taken for one of
 * ours, whatever a cluster or a webhook says.
 */
export function withFolded(reason: string, program: "kubectl" | "terraform", words: string): string {
  const lines = words.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/).map((line) => `> ${line}`);
  return words === "" ? reason : `${reason}\n\n${program} said:\n${lines.join("\n")}`;
}

/** The reason alone, for where there is room for one line. */
export function unfolded(text: string): string {
  const at = text.search(FOLD);
  return at < 0 ? text : text.slice(0, at);
}

/** The same text with one more sentence of ours, before the program's words. */
export function addSentence(text: string, sentence: string): string {
  const reason = unfolded(text);
  return `${reason} ${sentence}${text.slice(reason.length)}`;
}

/** The same text with its reason ended by a full stop. */
export function endSentence(text: string): string {
  const reason = unfolded(text);
  return reason.endsWith(".") ? text : `${reason}.${text.slice(reason.length)}`;
}
