import { isHarmlessLoose, isHarmlessPath } from "./field-paths.ts";

/** A text in an action, without any sign that could end it elsewhere for another reader. */
const TEXT = /^(?:"(?:[^"'`{}\\]|\\[ntr])*"|'(?:[^"'`{}\\]|\\[ntr])*')$/;

/** The first piece of a JSONPath template that may print what should not be shown, or null. */
export function strangeInJsonPath(template: string, isStranger: boolean): string | null {
  const within: string[] = [];
  return firstStrange(template.split("{").slice(1), "}", (piece) => {
    if (TEXT.test(piece)) return true;
    if (piece === "end") return within.pop() !== undefined;
    const walked = /^range +(\S.*)$/.exec(piece)?.[1];
    const path = placed(walked ?? piece, within);
    if (walked !== undefined) within.push(path ?? "");
    return path !== null && isHarmlessPath(path, walked === undefined ? "print" : "walk", isStranger);
  });
}

/** A path from the whole object on, where it stands in ranges. kubectl takes `$` for the current item too. */
function placed(path: string, within: readonly string[]): string | null {
  return /^[$@.[]/.test(path) ? (within.at(-1) ?? "") + path.replace(/^[$@]/, "") : null;
}

/** The same of a Go template: paths, texts, `range`, `if`, `else`, `with`, `end`, `len`, `index` with a text, `print` and its kin. */
export function strangeInGoTemplate(template: string, isStranger: boolean): string | null {
  const within: string[] = [];
  return firstStrange(template.split("{{").slice(1), "}}", (piece) => {
    const [verb = "", ...rest] = wordsOf(piece.replace(/^- /, "").replace(/ -$/, "").trim());
    return /^(end|else|range|if|with)$/.test(verb)
      ? isHarmlessBlock(verb, rest, within, isStranger)
      : isHarmlessAction(verb, rest, within.at(-1) ?? "", isStranger);
  });
}

/** Keeps in `within` what the dot stands for. */
function isHarmlessBlock(
  verb: string,
  rest: readonly string[],
  within: string[],
  isStranger: boolean,
): boolean {
  if (verb === "end") return rest.length === 0 && within.pop() !== undefined;
  if (verb === "else") {
    // What was ranged over is empty then, and the dot is what it was before.
    const isOpen = within.pop() !== undefined;
    within.push(within.at(-1) ?? "");
    return rest.length === 0 && isOpen;
  }
  const here = within.at(-1) ?? "";
  const [only = ""] = rest;
  within.push(verb === "if" ? here : here + only);
  return rest.length === 1 && isGoPath(only, here, "walk", isStranger);
}

function isHarmlessAction(verb: string, rest: readonly string[], here: string, isStranger: boolean): boolean {
  const [only = "", key = ""] = rest;
  if (verb === "len") return rest.length === 1 && isGoPath(only, here, "walk", isStranger);
  if (verb === "index") {
    const isOne = rest.length === 2 && key.startsWith('"') && TEXT.test(key) && GO_PATH.test(only);
    return isOne && isHarmlessPath(`${here}${only}[${key}]`, "print", isStranger);
  }
  // `%x` and its kin write a value in letters that no rule of redaction knows.
  if (verb === "printf" && !PLAIN_FORMAT.test(only)) return false;
  const shown = /^print(f|ln)?$/.test(verb) ? rest : [verb, ...rest];
  return shown.every((word) => TEXT.test(word) || isGoPath(word, here, "print", isStranger));
}

/** The same of columns: `NAME:.metadata.name,NODE:.spec.nodeName`. kubectl parts them at every comma, and at the first colon. */
export function strangeInColumns(columns: string, isStranger: boolean): string | null {
  const strange = columns.split(",").find((column) => {
    const path = column.slice(column.indexOf(":") + 1);
    return path === "" || !isHarmlessLoose(path, isStranger);
  });
  return strange ?? null;
}

/** Pieces begin behind an opening mark; what follows the closing one is text. */
function firstStrange(
  pieces: readonly string[],
  closing: string,
  isHarmless: (piece: string) => boolean,
): string | null {
  for (const piece of pieces) {
    const end = piece.indexOf(closing);
    const action = end < 0 ? piece : piece.slice(0, end);
    if (end < 0 || !isHarmless(action)) return action;
  }
  return null;
}

/** The words of an action, a text as one. */
function wordsOf(action: string): string[] {
  return action.match(/"[^"]*"|[^\s"]+/g) ?? [];
}

const PLAIN_FORMAT = /^"(?:[^%"]|%%|%-?\d{0,3}[svdqt])*"$/;
const GO_PATH = /^(\.[A-Za-z_]\w*)+$/;

function isGoPath(word: string, here: string, purpose: "print" | "walk", isStranger: boolean): boolean {
  const path = word === "." ? here : here + word;
  return (word === "." || GO_PATH.test(word)) && isHarmlessPath(path, purpose, isStranger);
}
