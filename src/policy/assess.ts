import type { Plan, Risk } from "../change/plan.ts";
import { argvOf, maxRisk } from "../change/plan.ts";
import type { Policy } from "./document.ts";
import type { Files } from "./files.ts";
import { judge } from "./judge.ts";

/** What the rules make of a whole plan, or why they refuse it. */
export type Assessment =
  | {
      ok: true;
      risk: Risk;
      reasons: string[];
      stepRisks: Risk[];
      environments: string[];
      asksPerson: boolean;
    }
  | { ok: false; reason: string };

/** Judges every step and every way back. The model can raise a risk, never lower it (design.md, invariant 4). */
export function assessPlan(plan: Plan, policy: Policy, files: Files): Assessment {
  const stepRisks: Risk[] = [];
  const reasons = new Set<string>();
  const environments = new Set<string>();
  let unattended = true;
  for (const step of plan.plan) {
    let stepRisk: Risk = step.risk;
    for (const command of step.rollback === null ? [step] : [step, step.rollback]) {
      const verdict = judge(command, policy, files);
      if (verdict.decision === "deny") {
        const where = command === step ? `step ${step.step}` : `the rollback of step ${step.step}`;
        return {
          ok: false,
          reason: `Policy refuses ${where}, ${argvOf(command).join(" ")}: ${verdict.reasons.join("; ")}.`,
        };
      }
      stepRisk = maxRisk(stepRisk, verdict.risk);
      unattended &&= verdict.environment !== null && policy.unattended.medium.includes(verdict.environment);
      environments.add(verdict.environment ?? "not named in the policy");
      if (verdict.risk !== "low")
        for (const reason of verdict.reasons) reasons.add(`step ${step.step}: ${reason}`);
    }
    stepRisks.push(stepRisk);
  }
  const risk = maxRisk(plan.risk_level, ...stepRisks);
  if (risk === plan.risk_level && plan.risk_reason !== "") reasons.add(`the model: ${plan.risk_reason}`);
  const asksPerson = risk === "high" || (risk === "medium" && !unattended);
  return { ok: true, risk, reasons: [...reasons], stepRisks, environments: [...environments], asksPerson };
}
