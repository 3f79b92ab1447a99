/** A line longer than this is not read. */
const MAX_CHARS = 16_384;

/** What an unquoted sign would make a shell do, by sign. */
const OPERATORS: Readonly<Record<string, string>> = {
  "|": "a pipe",
  "&": "a shell operator",
  ";": "a shell operator",
  "<": "a redirection",
  ">": "a redirection",
  "(": "a shell operator",
  ")": "a shell operator",
  "`": "a command substitution",
  $: "an expansion",
  "*": "a file pattern",
  "?": "a file pattern",
  "[": "a file pattern",
};

type Split = { ok: true; argv: string[] } | { ok: false; reason: string };
type Cursor = { text: string; at: number };
/** A word so far; `bare` has only what stood outside of quotes, with a quote sign where something was quoted. */
type Word = { value: string; bare: string };
const PLACE = "'";

/**
 * Takes a command line as a person types it apart into its words: POSIX quoting (`'…'`, `"…"`, `\`), and nothing else of
 * a shell. Whatever a shell would act on or expand is refused, with the reason: here it would not happen, and nobody
 * should believe that it did.
 */
export function splitCommandLine(text: string): Split {
  if (text.length > MAX_CHARS) return no(`the line is longer than ${MAX_CHARS} characters`);
  if (/[\n\r]/.test(text)) return no("the line has a line break; give one command at a time");
  if (/(?!\t)\p{Cc}/u.test(text)) return no("the line has a control character");
  const cursor: Cursor = { text, at: 0 };
  const argv: string[] = [];
  for (;;) {
    while (isSpace(text[cursor.at])) cursor.at += 1;
    if (cursor.at >= text.length) return { ok: true, argv };
    const word: Word = { value: "", bare: "" };
    const fault = readWord(cursor, word) ?? wordFault(word, argv.length === 0);
    if (fault !== null) return no(fault);
    argv.push(word.value);
  }
}

function readWord(cursor: Cursor, word: Word): string | null {
  while (cursor.at < cursor.text.length && !isSpace(cursor.text[cursor.at])) {
    const char = cursor.text[cursor.at] ?? "";
    const operator = Object.hasOwn(OPERATORS, char) ? OPERATORS[char] : undefined;
    if (operator !== undefined) return `${char} outside of quotes is ${operator}, and no shell runs here`;
    const fault =
      char === "'"
        ? readSingle(cursor, word)
        : char === '"'
          ? readDouble(cursor, word)
          : readBare(cursor, word);
    if (fault !== null) return fault;
  }
  return null;
}

function readSingle(cursor: Cursor, word: Word): string | null {
  const end = cursor.text.indexOf("'", cursor.at + 1);
  if (end < 0) return "a ' is not closed";
  word.value += cursor.text.slice(cursor.at + 1, end);
  word.bare += PLACE;
  cursor.at = end + 1;
  return null;
}

function readDouble(cursor: Cursor, word: Word): string | null {
  const { text } = cursor;
  word.bare += PLACE;
  for (cursor.at += 1; cursor.at < text.length; cursor.at += 1) {
    const char = text[cursor.at] ?? "";
    const next = text[cursor.at + 1] ?? "";
    if (char === '"') {
      cursor.at += 1;
      return null;
    }
    if (char === "$" || char === "`")
      return `${char} in double quotes is ${OPERATORS[char]}, and no shell runs here`;
    const isEscape = char === "\\" && next !== "" && '$`"\\'.includes(next);
    word.value += isEscape ? next : char;
    if (isEscape) cursor.at += 1;
  }
  return 'a " is not closed';
}

function readBare(cursor: Cursor, word: Word): string | null {
  const char = cursor.text[cursor.at] ?? "";
  if (char !== "\\") {
    word.value += char;
    word.bare += char;
    cursor.at += 1;
    return null;
  }
  const next = cursor.text[cursor.at + 1];
  if (next === undefined) return "a \\ stands at the end of the line";
  word.value += next;
  word.bare += PLACE;
  cursor.at += 2;
  return null;
}

/** What a shell would still do with a whole word. */
function wordFault({ bare }: Word, isFirst: boolean): string | null {
  if (bare.startsWith("#")) return "# at the start of a word begins a comment";
  if (bare.startsWith("~"))
    return "~ at the start of a word is somebody's home directory, and no shell runs here";
  if (isFirst && /^[A-Za-z_]\w*\+?=/.test(bare)) {
    return "a variable is set before the command; commands run in an environment of the program's own";
  }
  const isList = /\{[^{}]*,/.test(bare.replaceAll(/\{[^{},]*\}/g, "")) && bare.includes("}");
  const isRange = /\{(-?\d+|[A-Za-z])\.\.(-?\d+|[A-Za-z])(\.\.-?\d+)?\}/.test(bare);
  return isList || isRange ? "{…} outside of quotes is a brace expansion, and no shell runs here" : null;
}

function isSpace(char: string | undefined): boolean {
  return char === " " || char === "\t";
}

function no(reason: string): Split {
  return { ok: false, reason };
}
