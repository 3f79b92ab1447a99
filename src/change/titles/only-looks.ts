import type { Change } from "#change/change.ts";
import { isReading } from "./step-words.ts";

/**
 * Whether a change only looks: each step of its plan reads, and the rules let it run unasked. What a person was asked about
 * is none, whatever its commands are.
 */
export function onlyLooks(change: Pick<Change, "plan" | "risk" | "planOnly" | "decisions">): boolean {
  const { plan, risk, planOnly, decisions } = change;
  if (plan === null || plan.plan.length === 0 || planOnly || risk !== "low") return false;
  return (
    plan.plan.every(isReading) &&
    decisions.every(({ gate, by }) => gate === "answers" || by?.kind === "policy")
  );
}
