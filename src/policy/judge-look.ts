import type { Command, Plan } from "#change/plan.ts";
import { type Looker, whyNotLook } from "./approvals/looking.ts";
import { assessPlan } from "./assess.ts";
import type { Policy } from "./document.ts";
import type { LookKind } from "./document-people.ts";
import type { Files } from "./files.ts";
import { judge } from "./judge.ts";
import { flagOf, type KubectlLine, readKubectl } from "./kubectl/line.ts";
import type { Read } from "./verdict.ts";

/** A look that may be made: what it shows, where, and which files it reads. Or why not, in a sentence for the model and people. */
export type JudgedLook =
  | { ok: true; kinds: LookKind[]; environments: string[]; reads: Read[] }
  | { ok: false; reason: string };

/**
 * Judges a look that the Planner asks for as a step of whoever asked for the change: the same rules, low risk alone, within
 * what they may ask for and look at. Greenlight's own looks before a step (execution/looks.ts) do not come this way.
 */
export function judgeLook(command: Command, policy: Policy, files: Files, looker: Looker): JudgedLook {
  const verdict = judge(command, policy, files);
  if (verdict.decision === "deny")
    return { ok: false, reason: `Policy refuses this look: ${verdict.reasons.join("; ")}.` };
  // By its words: what a preview may make of it is for plans alone.
  if (verdict.risk !== "low") {
    const why = verdict.reasons.join("; ");
    return { ok: false, reason: `A look only reads, and this is ${verdict.risk} risk: ${why}.` };
  }
  if (showsValues(command)) return { ok: false, reason: VALUES };
  const assessment = assessPlan(planOf(command), policy, files, null);
  if (!assessment.ok) return assessment;
  const { environments, reads } = assessment;
  const kinds = kindsOf(command);
  const reason = whyNotLook(policy, looker, { kinds, environments });
  return reason === null ? { ok: true, kinds, environments, reads } : { ok: false, reason };
}

/** What terraform masks is masked at its own place alone: a computed copy of it stands in clear text (terraform 1.11). */
const VALUES =
  "A look does not read what terraform would change or keeps, because copies of sensitive values stand in it. Plan an apply: its card shows what would change.";

function showsValues({ tool, args }: Command): boolean {
  if (tool !== "terraform") return false;
  const verb = args.find((word) => !word.startsWith("-")) ?? "";
  return verb !== "state"
    ? !["validate", "version", "providers", "fmt"].includes(verb)
    : !args.includes("list");
}

function planOf(command: Command): Plan {
  const step = { ...command, step: 1, description: "", risk: "low", rollback: null } as const;
  return { summary: "", plan: [step], risk_level: "low", risk_reason: "", questions: [] };
}

/** What a command that reads shows: each kind has to be allowed. */
function kindsOf(command: Command): LookKind[] {
  if (command.tool === "terraform") return ["objects"];
  const read = readKubectl(command.args);
  return read.ok ? kubectlKinds(read.line) : ["objects", "events", "logs", "files"];
}

function kubectlKinds(line: KubectlLine): LookKind[] {
  const { verb, resources, flags } = line;
  if (verb === "logs") return ["logs"];
  if (verb === "events") return ["events"];
  const areEvents = resources.map(({ kind }) => /^events?(\.|$)/.test(kind));
  const describes = verb === "describe" && flagOf(line, "--show-events") !== "false";
  const readsFiles = ["--filename", "--kustomize"].some((name) => flags.has(name));
  return [
    ...(areEvents.length > 0 && areEvents.every(Boolean) ? [] : (["objects"] as const)),
    ...(describes || areEvents.includes(true) ? (["events"] as const) : []),
    ...(readsFiles ? (["files"] as const) : []),
  ];
}
