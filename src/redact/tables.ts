import { isHarmless, MARK, tellingOf } from "./keys.ts";

/** Inside vault's table of Key and Value, or behind netrc's `machine NAME`; for so many lines at most. */
export type Table = { kind: "table" | "netrc"; left: number };

/** Lines that begin one; as part of a larger expression with the flags i and m. */
export const BEGINS_TABLE = String.raw`^[ \t]{0,16}key[ \t]{2,64}value[ \t]{0,16}\r?$|^[ \t]{0,16}machine[ \t]`;

const TABLE = /^[ \t]{0,16}Key[ \t]{2,64}Value\s*$/;
const MACHINE = /^[ \t]{0,16}machine[ \t]{1,8}\S{1,255}(?:[ \t]{1,8}login[ \t]{1,8}\S{1,255})?\s*$/;
const ROW = /^(\s*)([\w.-]{1,128})(\s{2,})(\S.*?)(\s*)$/;
const LOGIN = /^(\s*(?:login[ \t]{1,8}\S{1,255}[ \t]{1,8})?(?:password|account)[ \t]{1,8})(\S+)(\s*)$/;
/** How long, how many, or whether. */
const MEASURE = /^(?:\d+(?:\.\d+)?[smhd]?(?:\d+[smhd])*|true|false|n\/a)$/i;

/** The table that a line begins, or null. */
export function tableFrom(line: string): Table | null {
  if (line.includes("Value") && TABLE.test(line)) return { kind: "table", left: 64 };
  return line.includes("machine") && MACHINE.test(line) ? { kind: "netrc", left: 4 } : null;
}

/** A line of a table with its value replaced where its name tells of a secret; null where the table has ended. */
export function insideTable({ kind, left }: Table, line: string): { text: string; table: Table } | null {
  if (left <= 0 || line.trim() === "") return null;
  const text = kind === "netrc" ? loginOf(line) : rowOf(line);
  return text === null ? null : { text, table: { kind, left: left - 1 } };
}

function loginOf(line: string): string | null {
  const [, before, value = "", after = ""] = LOGIN.exec(line) ?? [];
  if (before === undefined) return /^\s*(?:login|account|macdef)\b/.test(line) ? line : null;
  return isHarmless(value, false) ? line : before + MARK + after;
}

function rowOf(line: string): string | null {
  const [, lead = "", name, gap = "", value = "", after = ""] = ROW.exec(line) ?? [];
  if (name === undefined) return null;
  const isSecret = name === "secret_id" || tellingOf(name) === "secret";
  return !isSecret || MEASURE.test(value) || isHarmless(value, false)
    ? line
    : lead + name + gap + MARK + after;
}
