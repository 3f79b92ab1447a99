import { chance, pick, type Random, shuffled } from "./random.ts";

const valued = new Set(
  "out var var-file target replace parallelism lock-timeout state state-out backup backend-config from-module plugin-dir lockfile test-directory config id type plan".split(
    " ",
  ),
);
const switches = new Set(
  "input refresh refresh-only destroy auto-approve detailed-exitcode json raw lock upgrade update reconfigure migrate-state force-copy force check write list diff recursive allow-missing dry-run or-create get no-tests draw-cycles backend".split(
    " ",
  ),
);
/** Terraform takes these out of the line before it reads it, in exactly this spelling: `--no-color` is an unknown flag. */
const exact = new Set(["-no-color", "-compact-warnings"]);
const groups = new Set(["state", "workspace", "providers", "metadata"]);
const colourless = new Set("init validate plan apply destroy show output import refresh fmt get".split(" "));

type Flag = { name: string; value: string | null };

/**
 * The same terraform command in other words, or the argv as it was where that is not certain. Kept: the subcommand,
 * every option's value, the arguments. Changed: the order of different options, `-x value` and `-x=value`, `-x` and
 * `--x`, a switch and its spelled-out value, `./` before a file, a slash behind the -chdir directory, and -no-color more.
 */
export function sayTerraformOtherwise(args: string[], random: Random): string[] {
  const front = args.findIndex((word) => !word.startsWith("-"));
  if (front === -1) return args;
  const sub = groups.has(args[front] ?? "") ? 2 : 1;
  const globals = args.slice(0, front);
  const parsed = parse(args.slice(front + sub));
  if (parsed === null || !globals.every((word) => /^-chdir=[^-]/.test(word))) return args;
  const { flags, rest } = parsed;
  const verb = args[front] ?? "";
  if (
    sub === 1 &&
    colourless.has(verb) &&
    chance(random, 0.2) &&
    !flags.some((flag) => flag.name === "-no-color")
  ) {
    flags.push({ name: "-no-color", value: null });
  }
  // Of an option given twice the last wins: then their order is their meaning.
  const repeated = new Set(flags.map((flag) => flag.name)).size < flags.length;
  return [
    ...globals.map((word) => spellChdir(word, random)),
    ...args.slice(front, front + sub),
    ...(repeated ? flags : shuffled(random, flags)).flatMap((flag) => spell(flag, random)),
    ...(verb === "apply" || verb === "show" ? rest.map((word) => withDot(word, random)) : rest),
  ];
}

function parse(args: string[]): { flags: Flag[]; rest: string[] } | null {
  const flags: Flag[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? "";
    if (!word.startsWith("-") || word === "-" || word === "--") return { flags, rest: args.slice(at) };
    const flag = readFlag(word, args[at + 1]);
    if (flag === null) return null;
    if (valued.has(flag.name) && !word.includes("=")) at++;
    flags.push(flag);
  }
  return { flags, rest: [] };
}

function readFlag(word: string, next: string | undefined): Flag | null {
  if (exact.has(word)) return { name: word, value: null };
  const text = word.replace(/^--?/, "");
  const name = text.split("=")[0] ?? "";
  const given = text.includes("=") ? text.slice(name.length + 1) : null;
  if (switches.has(name)) return { name, value: given };
  const value = given ?? next;
  return valued.has(name) && value !== undefined ? { name, value } : null;
}

function spell({ name, value }: Flag, random: Random): string[] {
  if (exact.has(name)) return [name];
  const dash = chance(random, 0.5) ? "-" : "--";
  if (switches.has(name)) return [`${dash}${name}${spellSwitch(value, random)}`];
  const said = name === "out" || name === "var-file" ? withDot(value ?? "", random) : (value ?? "");
  return chance(random, 0.5) && said !== "" ? [`${dash}${name}`, said] : [`${dash}${name}=${said}`];
}

function spellSwitch(value: string | null, random: Random): string {
  if (value === null || ["true", "1", "t"].includes(value)) return pick(random, ["", "=true", "=1", "=t"]);
  return ["false", "0", "f"].includes(value) ? pick(random, ["=false", "=0", "=f"]) : `=${value}`;
}

function spellChdir(word: string, random: Random): string {
  const directory = word.slice("-chdir=".length);
  if (!/^[a-z][a-z/]*$/.test(directory)) return word;
  return `-chdir=${pick(random, [directory, `./${directory}`, directory.endsWith("/") ? directory : `${directory}/`])}`;
}

function withDot(path: string, random: Random): string {
  return /^[a-z][a-z0-9/._-]*$/i.test(path) && chance(random, 0.3) ? `./${path}` : path;
}
