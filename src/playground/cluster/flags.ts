import { KubectlError, usageError } from "./errors.ts";

/** What a flag takes: nothing, a text, a whole number, a duration, or a text that may be left out. */
type FlagKind = "bool" | "text" | "int" | "duration" | "list" | { optional: string };
/** A command's flags: long name -> kind, with the short form behind a comma (`"output,o"`). */
export type FlagTable = Record<string, FlagKind>;
/** A parsed line: positional words, and each flag's values in order. */
export type Line = { words: string[]; flags: Map<string, string[]> };

/** The flags every command of kubectl takes. */
const globalFlags: FlagTable = {
  "namespace,n": "text",
  context: "text",
  cluster: "text",
  user: "text",
  kubeconfig: "text",
  "server,s": "text",
  token: "text",
  as: "text",
  "as-group": "list",
  "as-uid": "text",
  "request-timeout": "text",
  "cache-dir": "text",
  "certificate-authority": "text",
  "client-certificate": "text",
  "client-key": "text",
  "tls-server-name": "text",
  profile: "text",
  "profile-output": "text",
  "v,v": "int",
  vmodule: "text",
  "insecure-skip-tls-verify": "bool",
  "match-server-version": "bool",
  "disable-compression": "bool",
  "warnings-as-errors": "bool",
  "help,h": "bool",
};

/**
 * The first word that is no flag, and the line without it. As in kubectl an unknown flag before the verb takes the
 * next word with it: `kubectl -o get delete x` is a delete.
 */
export function takeVerb(args: string[]): { verb: string | null; rest: string[] } {
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? "";
    if (arg === "--") break;
    if (!arg.startsWith("-") || arg === "-") return { verb: arg, rest: args.toSpliced(index, 1) };
    const alone = arg.startsWith("--") ? !arg.includes("=") : arg.length === 2;
    const known = find(globalFlags, arg.replace(/^--?/, ""), !arg.startsWith("--"));
    if (alone && known?.kind !== "bool") index++;
  }
  return { verb: null, rest: args };
}

/** Reads a command's line as kubectl does; a fault is reported in its words. `path` is the command, e.g. "rollout status". */
export function parseLine(path: string, args: string[], table: FlagTable): Line {
  const all = { ...globalFlags, ...table };
  const line: Line = { words: [], flags: new Map() };
  const queue = [...args];
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    if (arg === "--") line.words.push(...queue.splice(0));
    else if (arg.startsWith("--")) longFlag(path, all, arg.slice(2), queue, line);
    else if (arg.startsWith("-") && arg !== "-") shortFlags(path, all, arg.slice(1), queue, line);
    else line.words.push(arg);
  }
  return line;
}

/** The last value of a flag; undefined when it was not given. */
export function flagOf(line: Line, flag: string): string | undefined {
  return line.flags.get(flag)?.at(-1);
}

/** Whether a bool flag is on. */
export function isOn(line: Line, flag: string): boolean {
  const value = flagOf(line, flag);
  return value !== undefined && /^(true|t|1)$/i.test(value);
}

/** A whole number in Go's syntax: `0x10`, `0b1`, `1_000` and `+3` count too, as in kubectl. */
export function goInteger(text: string): number | null {
  const match = /^([+-]?)(0x[0-9a-f_]+|0b[01_]+|0o?[0-7_]*|[1-9][0-9_]*)$/i.exec(text);
  if (match === null || /__|_$/.test(text)) return null;
  const digits = (match[2] ?? "").replaceAll("_", "").toLowerCase();
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
  const value = Number(octal);
  return Number.isNaN(value) ? null : value * (match[1] === "-" ? -1 : 1);
}

/** A duration in Go's syntax (`30s`, `1m30s`, `500ms`, `0`), in milliseconds. */
export function goDuration(text: string): number | null {
  if (/^[+-]?0$/.test(text)) return 0;
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*$/.test(text))
    return null;
  const units: Record<string, number> = {
    ns: 1e-6,
    us: 1e-3,
    µs: 1e-3,
    ms: 1,
    s: 1_000,
    m: 60_000,
    h: 3_600_000,
  };
  const parts = text.matchAll(/(\d*\.?\d*)(ns|us|µs|ms|s|m|h)/g);
  const sum = [...parts].reduce((total, part) => total + Number(part[1]) * (units[part[2] ?? ""] ?? 0), 0);
  return text.startsWith("-") ? -sum : sum;
}

function longFlag(path: string, table: FlagTable, text: string, queue: string[], line: Line): void {
  const [name = "", ...after] = text.split("=");
  const found = find(table, name, false);
  if (found === null) throw usageError(path, `unknown flag: --${name}`);
  const given = text.includes("=") ? after.join("=") : undefined;
  store(path, found, `--${name}`, given ?? takeValue(path, found.kind, `--${name}`, queue), line);
}

function shortFlags(path: string, table: FlagTable, text: string, queue: string[], line: Line): void {
  for (let index = 0; index < text.length; index++) {
    const letter = text[index] ?? "";
    const found = find(table, letter, true);
    if (found === null)
      throw usageError(path, `unknown shorthand flag: '${letter}' in -${text.slice(index)}`);
    const shown = `-${letter}, --${found.name}`;
    const after = text.slice(index + 1);
    if (found.kind === "bool" && !after.startsWith("=")) {
      store(path, found, shown, "true", line);
      continue;
    }
    const value =
      after === ""
        ? takeValue(path, found.kind, `'${letter}' in -${text.slice(index)}`, queue)
        : after.replace(/^=/, "");
    store(path, found, shown, value, line);
    return;
  }
}

function takeValue(path: string, kind: FlagKind, shown: string, queue: string[]): string {
  if (kind === "bool") return "true";
  if (typeof kind === "object") return kind.optional;
  const value = queue.shift();
  if (value === undefined) throw usageError(path, `flag needs an argument: ${shown}`);
  return value;
}

function store(path: string, { name, kind }: Found, shown: string, value: string, line: Line): void {
  const invalid = (why: string) =>
    usageError(path, `invalid argument "${value}" for "${shown}" flag: ${why}`);
  if (kind === "int" && goInteger(value) === null)
    throw invalid(`strconv.ParseInt: parsing "${value}": invalid syntax`);
  if (kind === "bool" && !/^(true|false|t|f|1|0)$/i.test(value))
    throw invalid(`strconv.ParseBool: parsing "${value}": invalid syntax`);
  if (kind === "duration" && goDuration(value) === null) throw invalid(`time: invalid duration "${value}"`);
  line.flags.set(name, [...(line.flags.get(name) ?? []), value]);
}

type Found = { name: string; kind: FlagKind };

function find(table: FlagTable, wanted: string, short: boolean): Found | null {
  for (const [key, kind] of Object.entries(table)) {
    const [name = "", letter] = key.split(",");
    if ((short ? letter : name) === wanted) return { name, kind };
  }
  return null;
}

/** The value of `--dry-run`: null when the command is to work for real. */
export function dryRunOf(line: Line): "client" | "server" | null {
  const value = flagOf(line, "dry-run") ?? "none";
  if (value === "none") return null;
  if (value === "client" || value === "unchanged") return "client";
  if (value === "server") return "server";
  throw new KubectlError(`error: Invalid dry-run value (${value}). Must be "none", "server", or "client".`);
}
