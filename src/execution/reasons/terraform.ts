import { type ErrorBlock, readErrorBlocks } from "./terraform-blocks.ts";
import { CREDENTIALS } from "./terraform-credentials.ts";
import { inQuotes, name } from "./words.ts";

/** `beforeChanges`: it is said only of a run that has changed nothing, whatever words a provider finds. */
type Rule = { said: RegExp; beforeChanges: boolean; why: (err: string) => string };

/** What terraform says when it fails (1.11), by its headline, and what a person should make of it. The first that fits counts. */
const RULES: readonly Rule[] = [
  {
    said: /^Failed to (?:persist|save) state/,
    beforeChanges: false,
    why: () =>
      "terraform could not write the state after it had changed things. Keep errored.tfstate: it says what is there now, and a plan without it would create it all again.",
  },
  {
    said: /^Saved plan is stale/,
    beforeChanges: true,
    why: () =>
      "The saved plan is out of date: the state has changed since it was made, so nothing was applied. Plan again, and approve the new plan.",
  },
  {
    said: /^Saved plan does not match the given state/,
    beforeChanges: true,
    why: () =>
      "The saved plan was made for another state (workspace or backend), so nothing was applied. Plan again where it is to be applied.",
  },
  {
    said: /^Failed to load "[^"\n]*" as a plan file/,
    beforeChanges: true,
    why: () => "The saved plan cannot be read, so nothing was applied. Plan again.",
  },
  { said: /^Error acquiring the state lock/, beforeChanges: true, why: lockSentence },
  {
    said: /^Error releasing the state lock/,
    beforeChanges: false,
    why: () =>
      "terraform could not take its lock off the state again. Look whether the state is whole before anything else runs on it.",
  },
];

/** Lines by which terraform itself says that it has begun to change something. */
const BEGUN = /^\S.{0,500}: (?:Creating|Modifying|Destroying|Importing)\.\.\./m;

/**
 * Why terraform failed, in a sentence of ours, by what it printed to stderr; null: it named no error. `out` is what it
 * printed else. Both are redacted already.
 */
export function whyTerraformFailed(err: string, out = ""): string | null {
  const blocks = readErrorBlocks(err);
  const [first] = blocks;
  if (first === undefined) return null;
  const hasBegun = BEGUN.test(out);
  for (const { said, beforeChanges, why } of RULES) {
    const found = blocks.find(({ headline }) => said.test(headline));
    if (found === undefined || (beforeChanges && hasBegun)) continue;
    // A line of the first one's detail may read like another error: then the first one is told too.
    return found === first ? why(err) : `${why(err)} ${toldBy(first)}`;
  }
  const left = blocks.length - 1;
  const more = left === 0 ? "" : ` Its output names ${left} more ${left === 1 ? "error" : "errors"}.`;
  return `${credentialSentence(first) ?? ""}${toldBy(first)}${more}`;
}

function toldBy({ headline, address, place, detail }: ErrorBlock): string {
  const where = [address, place === null ? null : `at ${place}`].filter((part) => part !== null).join(", ");
  const why = detail === "" ? "" : `: ${inQuotes(detail)}`;
  return `terraform says: ${inQuotes(headline)}${where === "" ? "" : ` (${where})`}${why}.`;
}

/** Which variables would give it what it misses: the policy alone says which of Greenlight's own a command gets. */
function credentialSentence({ headline }: ErrorBlock): string | null {
  const found = CREDENTIALS.find(({ said }) => said.test(headline));
  if (found === undefined) return null;
  return `terraform has no credentials for ${found.whose}: commands get only what the policy's environment lists, such as ${found.variables.join(" and ")} under variables. `;
}

/** Who holds the lock, since when and under which id: what one needs to decide whether it is stuck. */
function lockSentence(err: string): string {
  const field = (label: string): string | null =>
    new RegExp(`^[│ ]*${label}:[ \\t]+(\\S.*)$`, "m").exec(err)?.[1]?.trim() ?? null;
  const holder = field("Who");
  const since = field("Created");
  const id = field("ID");
  const known = [
    holder === null ? "" : ` by ${name(holder)}`,
    since === null ? "" : ` since ${/^[\d .:+-]{10,60}(?: UTC)?$/.test(since) ? since : name(since)}`,
    id === null ? "" : ` (lock ${name(id)})`,
  ].join("");
  return `The state is locked${known}, so nothing was changed. Wait until that run has ended and try again; if nobody works on it any more, ask for a force-unlock of that lock.`;
}
