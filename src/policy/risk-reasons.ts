import type { Risk } from "#change/plan.ts";
import { stepNumbers } from "#change/step-numbers.ts";

/** One reason for a plan's risk, and how risky it makes the plan; `step` null: the model's word. */
export type RiskReason = { step: number | null; risk: Risk; text: string };

/**
 * The reasons as they are read: the gravest first, each with its risk, and what several steps have in common once. Whoever
 * reads only the first of twenty reads what matters.
 */
export function inOrder(reasons: readonly RiskReason[]): string[] {
  const levels: readonly Risk[] = ["high", "medium", "low"];
  const lines = levels.flatMap((level) => {
    const mine = reasons.filter(({ risk }) => risk === level);
    return [...new Set(mine.map(({ text }) => text))].flatMap((text) => {
      const same = mine.filter((one) => one.text === text);
      const steps = same.flatMap(({ step }) => step ?? []);
      return [
        ...(steps.length === 0 ? [] : [`${stepNumbers(steps)}, ${level}: ${text}`]),
        ...(same.some(({ step }) => step === null) ? [`the model, ${level}: ${text}`] : []),
      ];
    });
  });
  return lines;
}
