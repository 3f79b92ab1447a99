import type { Fact } from "#change/fact.ts";
import type { Plan } from "#change/plan.ts";
import type { Review, ReviewerOutput, ReviewResult } from "#change/verdict.ts";
import type { ExecutionStatus } from "./state.ts";

/** What is known of a run by code alone. `taken`: the numbers of the steps that are done. */
export type Outcome = {
  plan: Pick<Plan, "plan">;
  status: ExecutionStatus;
  currentStep: number;
  done: readonly number[];
  facts: readonly Fact[];
};

/** Either code has the last word, or the Reviewer chooses among these. */
export type Possible = { kind: "decided"; review: Review } | { kind: "ask"; may: readonly ReviewResult[] };

/**
 * Which verdicts the facts leave (docs/architecture.md, invariant 12). What is unknown goes to a person without asking a
 * model. What is well is never taken back, and what failed never counts as done.
 */
export function possibleVerdicts(outcome: Outcome): Possible {
  const unknown = outcome.facts.filter(({ state }) => state === "unknown");
  if (unknown.length > 0) return decided(`What came of it is not certain. ${sentences(unknown)}`);
  if (isWell(outcome)) return { kind: "ask", may: ["approved", "needs_human"] };
  return { kind: "ask", may: canTakeBack(outcome) ? ["rollback", "needs_human"] : ["needs_human"] };
}

/** The verdict once the Reviewer has spoken: one that the facts rule out goes to a person, with its words. */
export function heldToFacts(outcome: Outcome, may: readonly ReviewResult[], said: ReviewerOutput): Review {
  if (may.includes(said.result)) return said;
  const why =
    said.result === "approved"
      ? `${whatFailed(outcome)}, so this cannot count as done.`
      : isWell(outcome)
        ? `The Reviewer would take it back, although every step is done and ${lookedAt(outcome)}.`
        : "The Reviewer would take it back, but nothing of it can be taken back.";
  return { result: "needs_human", notes: `${why} ${said.notes}`.slice(0, 4_000), by: "greenlight" };
}

/** The verdict where no model answers: what is well is done, and the rest is a person's. */
export function withoutReviewer(outcome: Outcome, reason: string): Review {
  const none = `The Reviewer gave no verdict: ${reason}.`;
  if (!isWell(outcome))
    return { result: "needs_human", notes: `${whatFailed(outcome)}. ${none}`, by: "greenlight" };
  return {
    result: "approved",
    notes: `Every step is done, and ${lookedAt(outcome)}. ${none}`,
    by: "greenlight",
  };
}

/** A plan of an older version kept nothing to look back at, and then nothing may be said to be as it should. */
function lookedAt({ facts }: Outcome): string {
  return facts.length === 0 ? "nothing was read back" : "everything that was read back is as it should be";
}

/**
 * Whether a run that failed changed nothing at all, for certain: then there is nothing to judge or to take back.
 * `changing`: the numbers of the steps that may change something.
 */
export function changedNothing(
  { status, currentStep, done, facts }: Outcome,
  changing: readonly number[],
): boolean {
  if (status !== "failed" || done.some((step) => changing.includes(step))) return false;
  if (!changing.includes(currentStep)) return true;
  const seen = facts.filter(({ step }) => step === currentStep);
  return seen.length > 0 && seen.every(({ changed }) => changed === false);
}

/** Facts as sentences for people. */
export function sentences(facts: readonly Fact[]): string {
  return facts.map(({ target, says }) => `${target}: ${says.replace(/\.$/, "")}.`).join(" ");
}

function decided(notes: string): Possible {
  return {
    kind: "decided",
    review: { result: "needs_human", notes: notes.slice(0, 4_000), by: "greenlight" },
  };
}

function isWell({ status, facts }: Outcome): boolean {
  return status === "done" && facts.every(({ state }) => state === "good");
}

function canTakeBack({ plan, done, facts }: Outcome): boolean {
  const hasChanged = (step: number) =>
    done.includes(step) || facts.some((fact) => fact.step === step && fact.changed === true);
  return plan.plan.some(({ step, rollback }) => rollback?.tool === "kubectl" && hasChanged(step));
}

function whatFailed({ status, currentStep, facts }: Outcome): string {
  const failed = facts.filter(({ state }) => state === "failed");
  if (failed.length > 0) return sentences(failed).replace(/\.$/, "");
  return status === "done" ? "Nothing failed" : `Step ${currentStep} failed`;
}
