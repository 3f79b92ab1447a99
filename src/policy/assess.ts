import type { Command, Plan, Risk, Step } from "../change/plan.ts";
import { argvOf, maxRisk } from "../change/plan.ts";
import type { Preview } from "../change/preview.ts";
import type { Policy } from "./document.ts";
import type { Files } from "./files.ts";
import { judge } from "./judge.ts";
import type { Read, Verdict } from "./verdict.ts";

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
    }
  | { ok: false; reason: string };

type Allowed = Extract<Verdict, { decision: "allow" }>;

/** How a place that the policy does not name is called. */
const UNNAMED = "not named in the policy";

/**
 * Judges every step and every way back, by their words and by the files they read. The model and the previews can raise
 * a risk, never lower it (design.md, invariant 4).
 */
export function assessPlan(
  plan: Plan,
  policy: Policy,
  files: Files,
  previews: readonly Preview[],
): Assessment {
  const refusal = whyNotWhole(plan, policy);
  if (refusal !== null) return { ok: false, reason: refusal };
  const judged: { step: Step; verdicts: Allowed[] }[] = [];
  for (const step of plan.plan) {
    const verdicts: Allowed[] = [];
    for (const command of step.rollback === null ? [step] : [step, step.rollback]) {
      const verdict = judge(command, policy, files);
      if (verdict.decision === "deny") return refused(step, command, verdict.reasons);
      verdicts.push(verdict);
    }
    judged.push({ step, verdicts });
  }
  return { ok: true, ...weigh(plan, policy, judged, previews) };
}

/** What no single command shows. */
function whyNotWhole(plan: Plan, policy: Policy): string | null {
  if (plan.plan.length > policy.limits.steps) {
    return `The plan has ${plan.plan.length} steps; the policy allows ${policy.limits.steps}. Ask for less at once.`;
  }
  const roots = plan.plan.filter(appliesTerraform).map((step) => step.dir);
  const twice = roots.find((root, index) => roots.indexOf(root) !== index);
  if (twice === undefined) return null;
  return `The plan applies the terraform root "${twice}" twice. The second would run a plan made before the first: ask for them one after the other.`;
}

function appliesTerraform(command: Command): boolean {
  return command.tool === "terraform" && command.args.some((word) => word === "apply" || word === "destroy");
}

function refused(step: Step, command: Command, reasons: string[]): Assessment {
  const where = command === step ? `step ${step.step}` : `the rollback of step ${step.step}`;
  return {
    ok: false,
    reason: `Policy refuses ${where}, ${argvOf(command).join(" ")}: ${reasons.join("; ")}.`,
  };
}

function weigh(
  plan: Plan,
  policy: Policy,
  judged: { step: Step; verdicts: Allowed[] }[],
  previews: readonly Preview[],
): Omit<Extract<Assessment, { ok: true }>, "ok"> {
  const reasons = new Set<string>();
  const stepRisks = judged.map(({ step, verdicts }) => {
    const seen = previews.filter((preview) => preview.step === step.step);
    for (const { risk, reasons: why } of [...verdicts, ...seen]) {
      if (risk !== "low") for (const reason of why) reasons.add(`step ${step.step}: ${reason}`);
    }
    return maxRisk(step.risk, ...verdicts.map(({ risk }) => risk), ...seen.map(({ risk }) => risk));
  });
  const verdicts = judged.flatMap((one) => one.verdicts);
  const risk = maxRisk(plan.risk_level, ...stepRisks);
  if (risk === plan.risk_level && plan.risk_reason !== "") reasons.add(`the model: ${plan.risk_reason}`);
  const unattended = verdicts.every(
    ({ environment }) => environment !== null && policy.unattended.medium.includes(environment),
  );
  return {
    risk,
    reasons: [...reasons],
    stepRisks,
    environments: [...new Set(verdicts.map(({ environment }) => environment ?? UNNAMED))],
    asksPerson: risk === "high" || (risk === "medium" && !unattended),
    reads: distinct(verdicts.flatMap(({ reads }) => reads)),
  };
}

function distinct(reads: Read[]): Read[] {
  return [...new Map(reads.map((read) => [`${read.kind}:${read.path}`, read])).values()];
}
