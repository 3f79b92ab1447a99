import type { Plan, Risk, Step } from "../change/plan.ts";
import type { Preview } from "../change/preview.ts";
import { flagOf, type KubectlLine, readKubectl } from "./kubectl-line.ts";
import { fromRoot } from "./paths.ts";
import { parseTerraform } from "./terraform-line.ts";

/** What of a change says whether it destroys something. */
export type Destructive = {
  risk: Risk | null;
  plan: Plan | null;
  previews: readonly Preview[];
  environments: readonly string[];
};

/** Longer names are not typed by anybody: then it is the environment's. */
const LONGEST_NAME = 100;
/** What takes something away that is there; "replace" makes it anew. */
const TAKES_AWAY: ReadonlySet<string> = new Set(["destroy", "replace"]);

/**
 * What an approver types before their approval of this change counts: the name of the first thing that a high-risk plan
 * deletes, destroys or replaces. Null when it does none of that, or is not high risk.
 */
export function typedTargetOf(change: Destructive): string | null {
  const { plan, previews, risk, environments } = change;
  if (risk !== "high" || plan === null) return null;
  for (const step of plan.plan) {
    const seen = previews.find((preview) => preview.step === step.step);
    const name = step.tool === "kubectl" ? ofKubectl(step, seen) : ofTerraform(step, seen);
    if (name !== null)
      return typeable(name) ?? environments.map(typeable).find((one) => one !== null) ?? "destroy";
  }
  return null;
}

function ofKubectl({ args }: Step, seen: Preview | undefined): string | null {
  const read = readKubectl(args);
  if (read.ok && deletes(read.line)) return nameIn(read.line);
  const gone = seen?.rows.find(({ action }) => TAKES_AWAY.has(action));
  return gone === undefined ? null : (gone.target.split("/").at(-1) ?? "");
}

function deletes(line: KubectlLine): boolean {
  if (line.dryRun !== "none") return false;
  return line.verb === "delete" || (line.verb === "replace" && flagOf(line, "--force") === "true");
}

/** Of a selector or a file there is no name; where it is, is one. */
function nameIn(line: KubectlLine): string {
  const named = line.resources.find(({ name }) => name !== null)?.name;
  const file = flagOf(line, "--filename")?.split("/").at(-1);
  return named ?? file ?? line.namespace ?? "";
}

function ofTerraform({ args, dir }: Step, seen: Preview | undefined): string | null {
  const parsed = parseTerraform(args);
  const line = parsed.ok && parsed.line !== "help" ? parsed.line : null;
  const destroys =
    line?.verb === "destroy" || seen?.rows.some(({ action }) => TAKES_AWAY.has(action)) === true;
  if (!destroys) return null;
  return (
    fromRoot(dir, line?.chdir ?? ".")
      ?.split("/")
      .at(-1) ?? ""
  );
}

function typeable(name: string): string | null {
  return /^[\x21-\x7e]+$/.test(name) && name.length <= LONGEST_NAME ? name : null;
}
