import { runKubectl } from "#test/support/kubectl.ts";

/** Flags that kubectl takes and no help shows; each verb is asked for each of them. */
const HIDDEN = ["record"];

/** What no flag is called. As a value it fits a text, a list and a map. */
const NO_VALUE = "--no-such=1";
const NO_FLAG = "--no-such-flag";

/** Flags with the kind of what they take, as the help shows it: `o|output` is a text. */
type Shown = { name: string; kind: "switch" | "list" | "text" };

const MARKS: Readonly<Record<Shown["kind"], string>> = { switch: "?", list: "*", text: "=~" };

/** A duration and a map do not take "-1" for a value. */
const VALUES: Readonly<Record<string, string>> = {
  "aggregation-rule": NO_VALUE,
  "log-flush-frequency": "-1s",
  "pod-running-timeout": "-1s",
  since: "-1s",
  timeout: "-1s",
  vmodule: NO_VALUE,
};

/** The version whose flags these are, such as "1.32". */
export async function kubectlVersion(): Promise<string> {
  const { stdout } = await runKubectl(["version", "--client"]);
  const found = /v(\d+\.\d+)\./.exec(stdout)?.[1];
  if (found === undefined) throw new Error(`kubectl version --client says no version: ${stdout}`);
  return found;
}

/** The flags of every verb in the words of `flagTable`, as the help shows them and the program takes them. */
export async function kubectlFlags(verb: string): Promise<string> {
  const specs: string[] = [];
  for (const one of await shownFlags(verb)) specs.push(`${one.name}${await markOf(verb, one)}`);
  if (verb !== "") for (const name of HIDDEN) if (await isHidden(verb, name)) specs.push(`${name}?`);
  return specs.join(" ");
}

/**
 * What of a verb's flags the program shows or reads otherwise than these words say. One line holds all flags: behind each
 * that takes a value stands a value that looks like a flag nobody has, and behind each switch a flag with such a value.
 * With one flag read the wrong way kubectl meets a flag it does not know, and shows no help.
 */
export async function kubectlFaults(verb: string, specs: string): Promise<string[]> {
  const ours = specs.split(" ").filter((spec) => spec !== "");
  const words = ours.flatMap(wordsOf);
  const asked = verb === "" ? ["get"] : verb.split(" ");
  const { code, stdout, stderr } = await runKubectl([...asked, ...words, "--help"]);
  if (code !== 0) return [`${verb}: ${stderr.split("\n")[0]}`];
  const kinds = new Map(ours.map((spec) => [spec.slice(0, -1), spec.at(-1)]));
  // The flags of all verbs stand in no verb's help.
  const shown = verb === "" ? await shownFlags(verb) : readShown(verb, stdout);
  return shown.flatMap(({ name, kind }) => {
    const mark = kinds.get(name);
    if (mark === undefined) return [`${verb}: --${name} is new`];
    return MARKS[kind].includes(mark) ? [] : [`${verb}: --${name} is a ${kind} now`];
  });
}

async function shownFlags(verb: string): Promise<Shown[]> {
  const { stdout } = await runKubectl(verb === "" ? ["options"] : [...verb.split(" "), "--help"]);
  return readShown(verb, stdout);
}

function readShown(verb: string, help: string): Shown[] {
  const lines = help.split("\n").filter((line) => /^ {4}-/.test(line));
  return lines.map((line) => {
    const [, short, long, value] = /^ {4}(?:-(\w), )?--([\w-]+)=(.*):$/.exec(line) ?? [];
    if (long === undefined || value === undefined)
      throw new Error(`kubectl ${verb} --help has a line that is not read: ${line}`);
    return { name: short === undefined ? long : `${short}|${long}`, kind: kindOf(value) };
  });
}

function kindOf(value: string): Shown["kind"] {
  if (value === "true" || value === "false") return "switch";
  return value === "[]" ? "list" : "text";
}

/** The help does not say which texts take their value only after `=`; the program does. */
async function markOf(verb: string, { name, kind }: Shown): Promise<string> {
  if (kind !== "text") return MARKS[kind];
  const long = name.split("|").at(-1) ?? "";
  const of = verb === "" ? ["get"] : verb.split(" ");
  const { stderr } = await runKubectl([...of, `--${long}`, NO_VALUE, NO_FLAG]);
  if (stderr.includes(`unknown flag: ${NO_FLAG}\n`)) return "=";
  if (stderr.includes("unknown flag: --no-such\n")) return "~";
  // A number or a duration is read at once.
  if (stderr.includes(`invalid argument "${NO_VALUE}" for`)) return "=";
  throw new Error(`kubectl ${verb} --${long} is not understood: ${stderr}`);
}

async function isHidden(verb: string, name: string): Promise<boolean> {
  const { stderr } = await runKubectl([...verb.split(" "), `--${name}`, NO_FLAG]);
  return stderr.includes(`unknown flag: ${NO_FLAG}\n`);
}

function wordsOf(spec: string): string[] {
  const names = spec.slice(0, -1).split("|");
  const mark = spec.at(-1);
  const value = mark === "*" ? NO_VALUE : (VALUES[names.at(-1) ?? ""] ?? "-1");
  const forms = names.map((name) => (name.length === 1 ? `-${name}` : `--${name}`));
  return forms.flatMap((form) =>
    mark === "?" || mark === "~" ? [form, "--namespace", NO_VALUE] : [form, value],
  );
}
