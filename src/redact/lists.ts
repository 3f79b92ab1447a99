import { isHarmless, isSecretUnder, MARK, type Telling, tellingOf } from "./keys.ts";

/**
 * What is known of the items to come: those of a list under a telling name, or the one behind a flag. `until`: what closes a
 * list that was opened. `bareAt`: how far in a flag without a dash or quote stands, as describe prints arguments.
 */
export type Listed =
  | { kind: "list"; indent: number; until: "]" | null; telling: Telling }
  | { kind: "flag"; left: number; bareAt: number | null };

/** Lines that may begin either; as part of a larger expression with the flags i and m. */
export const BEGINS_LIST = String.raw`(?:pass|secret|token|cred|key|pwd)\w{0,24}["']?[ \t]{0,64}[:=][ \t]{0,64}\[?[ \t]{0,8}\r?$|(?<![\w-])--[\w.-]{0,24}(?:pass|secret|token|cred|key|pwd)\w{0,24}["']?,?[ \t]{0,8}\r?$`;

const FLAG = /^([\s+~]*(?:-\s+)*)(["']?)(--[\w.-]{1,128})\2,?\s*$/;
/** In a diff another sign stands before the item's own dash. */
const ITEM = /^((?:-(?=\s*-\s))?[\s+~]*(-\s+)*)(["']?)(.*?)(\3,?\s*)$/;
const PAIR_LIKE = /^["']?[\w./-]{1,253}["']?\s*[:=](?:\s|$)/;

/** What a name with nothing behind it, or an opened bracket, says of the lines to come. */
export function listUnder(name: string, value: string, indent: number): Listed | null {
  if (!/^\[?\s*$/.test(value)) return null;
  const telling = tellingOfList(name);
  return telling === null
    ? null
    : { kind: "list", indent, until: value.startsWith("[") ? "]" : null, telling };
}

/** A list of secrets or credentials names them more often than it holds them. */
export function tellingOfList(name: string): Telling {
  const telling = tellingOf(name);
  return telling === "secret" && /(?:secret|credential)s?$/i.test(name) ? "maybe" : telling;
}

/** A flag alone in its line, whose value is the next item. */
export function flagAlone(line: string): Listed | null {
  const [, lead = "", quote = "", name] = (line.includes("--") ? FLAG.exec(line) : null) ?? [];
  if (name === undefined || tellingOf(name) !== "secret") return null;
  const isBare = quote === "" && lead.trim() === "" && lead !== "";
  return { kind: "flag", left: 1, bareAt: isBare ? lead.length : null };
}

/** A line with its item replaced, and what is known after it. */
type Item = { text: string; listed: Listed | null };

/** The line with its item replaced; null where it is no item. */
export function insideListed(listed: Listed, line: string): Item | null {
  if (line.trim() === "") return { text: line, listed };
  if (listed.kind === "list" && listed.until !== null) return insideBrackets(listed, line);
  const [, lead = "", dash, quote = "", value = "", tail = ""] = ITEM.exec(line) ?? [];
  const isBare = dash === undefined && quote === "";
  if (PAIR_LIKE.test(quote + value + tail) || (isBare && !isBareItem(listed, lead, value))) return null;
  const clean = lead + quote + MARK + tail;
  if (listed.kind === "flag") return behindFlag(listed.left, line, value, clean);
  if (dash === undefined || lead.length < listed.indent) return null;
  return { text: isSecretUnder(listed.telling, value, false) ? clean : line, listed };
}

/** One word, as far in as the flag before it: help for a flag stands further in, and has more words. */
function isBareItem(listed: Listed, lead: string, value: string): boolean {
  return listed.kind === "flag" && lead.length === listed.bareAt && !/\s/.test(value.trim());
}

function behindFlag(left: number, line: string, value: string, clean: string): Item | null {
  if (value.startsWith("-")) return null;
  // A diff shows the item twice: as it was, and as it will be.
  const isOld = line.startsWith("-") && left > 0;
  const listed: Listed | null = isOld ? { kind: "flag", left: 0, bareAt: null } : null;
  return { text: isHarmless(value, false) ? line : clean, listed };
}

const QUOTED = /(["'])((?:[^"'\\\n]|\\.){1,2048})\1/g;

function insideBrackets(listed: Extract<Listed, { kind: "list" }>, line: string): Item | null {
  const content = line.replace(/^[\s+~-]+/, "");
  if (content.startsWith("]") || line.length - content.length <= listed.indent) return null;
  if (PAIR_LIKE.test(content)) return null;
  const text = line.replace(QUOTED, (all: string, quote: string, value: string) =>
    isSecretUnder(listed.telling, value, false) ? quote + MARK + quote : all,
  );
  return { text, listed };
}
