import { addSentence } from "#change/folded.ts";
import type { Command, Plan } from "#change/plan.ts";

/** What policy or preview refused of this revision: how many of its plans, the last of them, and why. */
export type Refused = { times: number; plan: Plan | null; reason: string };

/** Nothing was refused yet. */
export const NOTHING_REFUSED: Refused = { times: 0, plan: null, reason: "" };

/** A model that has not found a plan by then will not find one. */
const MAX_ANEW = 2;

/** What a refused plan makes of the state: it goes back to the Planner, counted, or the change ends with the reason. */
export function refuse(
  { plan, refused }: { plan: Plan | null; refused: Refused },
  { reason, isFinal }: { reason: string; isFinal?: true },
): { error: string } | { plan: null; refused: Refused } {
  if (isFinal === true || refused.times >= MAX_ANEW) return { error: withoutRun(reason) };
  return { plan: null, refused: { times: refused.times + 1, plan, reason } };
}

/** Why the change ends where the Planner made no other plan after a refusal; `instead` says what it did. */
export function endRefused({ reason }: Refused, instead: string): { error: string } {
  return { error: addSentence(reason, instead) };
}

/** The same sentence, with the word that nothing was run. */
export function withoutRun(reason: string): string {
  return addSentence(reason, "Nothing was run.");
}

/** Whether a plan has the very commands of the refused one: they would be refused again. */
export function isRefusedAgain({ plan: refused }: Refused, plan: Plan): boolean {
  return refused !== null && commandsOf(refused) === commandsOf(plan);
}

function commandsOf({ plan }: Plan): string {
  const words = ({ tool, args, dir }: Command): unknown => [tool, args, dir];
  return JSON.stringify(
    plan.map((step) => [words(step), step.rollback === null ? null : words(step.rollback)]),
  );
}
