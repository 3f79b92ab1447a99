import type { Command, Plan, Risk, Step } from "#change/plan.ts";
import { argvOf, maxRisk } from "#change/plan.ts";
import { type Bindings, isMade, madeFor, type Preview } from "#change/preview.ts";
import { asksPersonFor, UNNAMED_ENVIRONMENT } from "#policy/approvals/approvers.ts";
import { readKubectl } from "#policy/kubectl/line.ts";
import { judgeMade } from "#policy/kubectl/made.ts";
import { makesNew } from "#policy/kubectl/seen.ts";
import { parseTerraform } from "#policy/terraform/line.ts";
import { placeOf } from "#policy/terraform/places.ts";
import { backAsSeen, stepAsSeen } from "./as-seen.ts";
import type { Policy } from "./document.ts";
import type { Files } from "./files.ts";
import { judge } from "./judge.ts";
import { inOrder, type RiskReason } from "./risk-reasons.ts";
import { targetsOf } from "./targets.ts";
import type { Missing, Read, Verdict } from "./verdict.ts";

/** What the rules make of a whole plan, or why they refuse it. */
export type Assessment =
  | {
      ok: true;
      risk: Risk;
      reasons: string[];
      stepRisks: Risk[];
      environments: string[];
      asksPerson: boolean;
      /** Everything the commands and their ways back can read. */
      reads: Read[];
      /** What it changes, as keys: no other change touches these at the same time. */
      targets: string[];
    }
  | { ok: false; reason: string; missing?: Missing };

type Allowed = Extract<Verdict, { decision: "allow" }>;

/**
 * Judges every step and every way back, by their words and by the files they read. The model and the previews can raise
 * a risk, never lower it (docs/architecture.md, invariant 4); where the rules themselves say so, a look answers what makes a
 * command high. `previews` null: none was made yet, and the risk is the least that looks may leave. The last: where it runs and which rollbacks Greenlight made, once that is known.
 */
export function assessPlan(
  plan: Plan,
  policy: Policy,
  files: Files,
  previews: readonly Preview[] | null,
  { targets: places, made }: Pick<Bindings, "targets" | "made"> = NOWHERE,
): Assessment {
  const refusal = whyNotWhole(plan, policy);
  if (refusal !== null) return { ok: false, reason: refusal };
  const judged: { step: Step; verdicts: Allowed[] }[] = [];
  for (const step of plan.plan) {
    const verdicts: Allowed[] = [];
    for (const command of commandsOf(step, made)) {
      const isOwn = command !== step && isMade({ made }, step.step, command);
      const verdict = isOwn ? judgeMade(command, policy) : judge(command, policy, files);
      if (verdict.decision === "deny") return refused(step, command, verdict);
      verdicts.push(verdict);
    }
    judged.push({ step, verdicts });
  }
  const targets = targetsOf(plan, policy, files, places, made);
  return { ok: true, ...weigh(plan, policy, judged, previews), targets };
}

const NOWHERE: Pick<Bindings, "targets" | "made"> = { targets: [] };

function commandsOf(step: Step, made: Bindings["made"]): Command[] {
  const back = step.rollback === null ? [] : [step.rollback];
  return [step, ...(madeFor({ made }, step.step) ?? back)];
}

/** What no single command shows. */
function whyNotWhole(plan: Plan, policy: Policy): string | null {
  if (plan.plan.length > policy.limits.steps) {
    return `The plan has ${plan.plan.length} steps; the policy allows ${policy.limits.steps}. Ask for less at once.`;
  }
  for (const [index, step] of plan.plan.entries()) {
    const root = rootOf(step);
    if (root === null || !appliesTerraform(step)) continue;
    const before = plan.plan.slice(0, index).filter((other) => rootOf(other) === root);
    if (before.some(appliesTerraform)) {
      return `The plan applies the terraform root "${root}" twice. The second would run a plan made before the first: ask for them one after the other.`;
    }
    const other = before.find(changesState);
    if (other !== undefined) {
      // Measured with 1.11.4: a saved plan of one workspace is applied to whichever is selected by then.
      return `Step ${other.step} changes the state or the workspace of the terraform root "${root}", and step ${step.step} applies a plan that is made before it: ask for them one after the other.`;
    }
  }
  return null;
}

/** Where a terraform command runs, from the workspace's root, however it is written; null for what policy refuses anyway. */
function rootOf(command: Command): string | null {
  if (command.tool !== "terraform") return null;
  const parsed = parseTerraform(command.args);
  const base = command.dir === "" ? "" : placeOf("", command.dir);
  if (!parsed.ok || parsed.line === "help" || base === null) return null;
  const { chdir } = parsed.line;
  return chdir === null ? base : placeOf(base, chdir);
}

function changesState(command: Command): boolean {
  const parsed = parseTerraform(command.args);
  return parsed.ok && parsed.line !== "help" && parsed.line.rule.risk === "high";
}

function appliesTerraform(command: Command): boolean {
  return command.tool === "terraform" && command.args.some((word) => word === "apply" || word === "destroy");
}

function refused(
  step: Step,
  command: Command,
  { reasons, missing }: Extract<Verdict, { decision: "deny" }>,
): Assessment {
  const where = command === step ? `step ${step.step}` : `the rollback of step ${step.step}`;
  const reason = `Policy refuses ${where}, ${argvOf(command).join(" ")}: ${reasons.join("; ")}.`;
  return missing === undefined ? { ok: false, reason } : { ok: false, reason, missing };
}

function weigh(
  plan: Plan,
  policy: Policy,
  judged: { step: Step; verdicts: Allowed[] }[],
  previews: readonly Preview[] | null,
): Omit<Extract<Assessment, { ok: true }>, "ok" | "targets"> {
  const reasons: RiskReason[] = [];
  const stepRisks = judged.map(({ step, verdicts: [own, ...backs] }) => {
    const seen = (previews ?? []).filter((preview) => preview.step === step.step);
    const looked = previews === null ? null : seen;
    const verdicts = [
      ...(own === undefined ? [] : [stepAsSeen(own, looked)]),
      ...backs.map((back) => backAsSeen(back, looked ?? (mayMakeNew(step) ? null : []))),
    ];
    for (const { risk, reasons: why } of [...verdicts, ...seen]) {
      if (risk === "low") continue;
      for (const text of why) reasons.push({ step: step.step, risk, text });
    }
    return maxRisk(step.risk, ...verdicts.map(({ risk }) => risk), ...seen.map(({ risk }) => risk));
  });
  const verdicts = judged.flatMap((one) => one.verdicts);
  const risk = maxRisk(plan.risk_level, ...stepRisks);
  if (risk === plan.risk_level && plan.risk_reason !== "")
    reasons.push({ step: null, risk, text: plan.risk_reason });
  const environments = [...new Set(verdicts.flatMap(environmentsOf))];
  return {
    risk,
    reasons: inOrder(reasons),
    stepRisks,
    environments,
    asksPerson: asksPersonFor(policy, risk, environments),
    reads: distinct(verdicts.flatMap(({ reads }) => reads)),
  };
}

/** By its words: a way back that deletes is its step's own only where that makes something. */
function mayMakeNew({ tool, args }: Command): boolean {
  const read = tool === "kubectl" ? readKubectl(args) : null;
  return read?.ok === true && makesNew(read.line);
}

/** In none alone: the rules of those it lies in count beside those of a place nobody named, or one could slip from four eyes by naming two. */
function environmentsOf({ environment, beside = [] }: Allowed): string[] {
  return environment === null ? [UNNAMED_ENVIRONMENT, ...beside] : [environment];
}

function distinct(reads: Read[]): Read[] {
  return [...new Map(reads.map((read) => [`${read.kind}:${read.path}`, read])).values()];
}
