import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { STRIPPED } from "#policy/terraform/flags.ts";
import { runTerraform } from "#test/support/terraform.ts";

/** Flags of 1.11 that no help shows, or only in the words of another verb. */
const HIDDEN = ["-backup", "-cloud", "-lock", "-state", "-state-out"];
/** They stand before the verb, or anywhere, and are read by code of their own. */
const NOT_ASKED: ReadonlySet<string> = new Set([...STRIPPED, "-chdir", "-help", "-version"]);

/** Values that the flags take which read them at once. */
const SAMPLES: Readonly<Record<string, string>> = {
  "-config": ".",
  "-lock-timeout": "1s",
  "-module-depth": "1",
  "-parallelism": "1",
  "-var": "a=b",
};

/** The version whose flags these are, such as "1.11". */
export async function terraformVersion(): Promise<string> {
  const said = await say("version", []);
  const found = /Terraform v(\d+\.\d+)\./.exec(said)?.[1];
  if (found === undefined) throw new Error(`terraform version says no version: ${said}`);
  return found;
}

/** Every name that the help of one of these verbs shows, and those that none shows. */
export async function knownNames(verbs: readonly string[]): Promise<string[]> {
  const names = new Set(HIDDEN);
  for (const verb of verbs) for (const name of await shownNames(verb)) names.add(name);
  return [...names].toSorted();
}

/** The flags of a verb in the words of `flagTable`: each of these names is asked for, since the help of one verb points to another's. */
export async function terraformFlags(verb: string, names: readonly string[]): Promise<string> {
  const specs: string[] = [];
  for (const name of names) {
    const mark = await markOf(verb, name);
    if (mark !== null) specs.push(name + mark);
  }
  return specs.join(" ");
}

/** What of a verb's flags the program shows or reads otherwise than these words say. */
export async function terraformFaults(verb: string, specs: string): Promise<string[]> {
  const ours = specs.split(" ").filter((spec) => spec !== "");
  const names = new Set(ours.map((spec) => spec.slice(0, -1)));
  const added = (await shownNames(verb)).filter((name) => !names.has(name));
  const words = ours.flatMap((spec) => {
    const name = spec.slice(0, -1);
    return spec.endsWith("=") ? [name, SAMPLES[name] ?? "x"] : [name];
  });
  return [...added.map((name) => `${verb}: ${name} is new`), ...(await arityFault(verb, words))];
}

// terraform stops at the first flag it does not have. When that is the one behind ours, it took all of ours, and with the
// arity we think they have: a value it had not taken would have been an operand, which ends the flags.
async function arityFault(verb: string, words: readonly string[]): Promise<string[]> {
  const [last, wanted] =
    verb === "import" ? [IMPORTED, IMPORTS] : [["-no-such-flag"], undefinedFlag("-no-such-flag")];
  const said = await say(verb, [...words, ...last]);
  return said.includes(wanted) ? [] : [`${verb}: ${said.slice(0, 300)}`];
}

/** import says nothing of a flag it does not have; it gets as far as the directory when it took them all. */
const IMPORTED = ["a.b", "c"];
const IMPORTS = "No Terraform configuration files";

async function shownNames(verb: string): Promise<string[]> {
  const said = await ask(verb, ["-help"]);
  const shown = [...said.matchAll(/^ {2,4}(-[a-z][\w-]*)(?=[\s=]|$)/gm)].map(([, name = ""]) => name);
  return [...new Set(shown)].filter((name) => !NOT_ASKED.has(name));
}

async function markOf(verb: string, name: string): Promise<"?" | "=" | null> {
  if (verb === "import") {
    if ((await say(verb, [name, ...IMPORTED])).includes(IMPORTS)) return "?";
    const withValue = await say(verb, [name, SAMPLES[name] ?? "x", ...IMPORTED]);
    return withValue.includes(IMPORTS) ? "=" : null;
  }
  const said = await say(verb, [name, "-no-such-a", "-no-such-b"]);
  if (said.includes(undefinedFlag(name))) return null;
  if (said.includes(undefinedFlag("-no-such-a"))) return "?";
  const isValue =
    said.includes(undefinedFlag("-no-such-b")) ||
    said.includes(`invalid value "-no-such-a" for flag ${name}`);
  if (isValue) return "=";
  throw new Error(`terraform ${verb} ${name} is not understood: ${said.slice(0, 500)}`);
}

function undefinedFlag(name: string): string {
  return `flag provided but not defined: ${name}`;
}

/** What it says, in one line and without the frame it draws around a fault. */
async function say(verb: string, words: readonly string[]): Promise<string> {
  return `${(await ask(verb, words)).replaceAll(/[\s│]+/g, " ")} `;
}

async function ask(verb: string, words: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "greenlight-flags-"));
  try {
    const { stdout, stderr } = await runTerraform(folder, [...verb.split(" "), ...words]);
    return stdout + stderr;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
