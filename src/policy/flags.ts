/** The flags a verb takes: `value` ones consume the next word or what follows `=`, `switch` ones nothing. */
export type FlagTable = Readonly<Record<string, "value" | "switch">>;

/** A command line taken apart as the program itself would, or why it was not. */
export type Parsed =
  | { ok: true; words: string[]; flags: ReadonlyMap<string, string> }
  | { ok: false; reason: string };

/**
 * Takes kubectl's arguments apart: flags may stand anywhere, also before the verb, and consume a value
 * (measured: `-n get delete cm x` is a delete). Unknown and repeated flags, and `--`, are refused.
 */
export function parseFlags(args: readonly string[], table: FlagTable): Parsed {
  const words: string[] = [];
  const flags = new Map<string, string>();
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? "";
    if (!word.startsWith("-")) {
      words.push(word);
      continue;
    }
    if (word === "-" || word === "--") return { ok: false, reason: `"${word}" is not allowed here` };
    const { name, given } = splitFlag(word);
    const kind = Object.hasOwn(table, name) ? table[name] : undefined;
    if (kind === undefined) return { ok: false, reason: `the flag ${name} is not on the list` };
    if (flags.has(name)) return { ok: false, reason: `the flag ${name} stands there twice` };
    if (kind === "value" && given === null) at += 1;
    const value = given ?? (kind === "switch" ? "true" : args[at]);
    if (value === undefined || value === "") return { ok: false, reason: `the flag ${name} has no value` };
    if (kind === "switch" && value !== "true" && value !== "false") {
      return { ok: false, reason: `the flag ${name} takes true or false, not "${value}"` };
    }
    flags.set(name, value);
  }
  return { ok: true, words, flags };
}

const LONG: Readonly<Record<string, string>> = {
  "-n": "--namespace",
  "-o": "--output",
  "-l": "--selector",
  "-A": "--all-namespaces",
  "-f": "--filename",
  "-c": "--container",
};

function splitFlag(word: string): { name: string; given: string | null } {
  if (word.startsWith("--")) {
    const equals = word.indexOf("=");
    return equals < 0
      ? { name: word, given: null }
      : { name: word.slice(0, equals), given: word.slice(equals + 1) };
  }
  const name = LONG[word.slice(0, 2)] ?? word;
  if (word.length === 2) return { name, given: null };
  return { name, given: word.slice(word[2] === "=" ? 3 : 2) };
}
