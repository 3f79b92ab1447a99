import type { StepEnd, StepKey } from "#change/journal.ts";
import type { BoundPlan } from "#change/preview.ts";
import type { RunSignals } from "#change/run-signals.ts";
import type { ExecutionDeps } from "./deps.ts";
import { isAllAfter, lookTwice } from "./facts/afterwards.ts";
import { lookAtStep, type ObjectNow, type StepNow } from "./facts/step-now.ts";

/** What was seen of a command that did not end well. `why`: its reason in our words. `isHeld`: the change is still ours. */
export type Failed = { end: StepEnd; why: string | null; wasRefused: boolean; isHeld: () => boolean };

/**
 * What became of a changing kubectl step that did not end well, by what is there instead of what kubectl said (invariant 12).
 * Its process group is gone by now. All as it was: failed. All as the step leaves it: done, and its answer was lost. Some of
 * each: failed, object by object. Anything else stays unknown where nobody saw an answer, and a person is asked. Nothing
 * is ever run again for it. What nothing is kept of ends as the command said.
 */
export async function lookAfterFailure(
  deps: ExecutionDeps,
  key: StepKey,
  bound: BoundPlan,
  { end, why, wasRefused, isHeld }: Failed,
  { stop, pause }: Pick<RunSignals, "stop" | "pause">,
): Promise<StepEnd> {
  const told: StepEnd = { ...end, error: joined([why, end.error]) };
  const isOpen = end.outcome === "failed" || end.outcome === "unknown";
  const signal = AbortSignal.any([stop, pause]);
  if (!isOpen || key.direction !== "forward" || signal.aborted || !isHeld()) return told;
  const look = (): Promise<StepNow> => lookAtStep(deps, key.changeId, bound, key.step, signal);
  const { settle: pace } = deps;
  const seen = await lookTwice(look, wasRefused, { pace, now: () => deps.now().getTime(), signal });
  // Somebody else carries the change by now, and what was seen since may be their doing.
  if (seen?.kind === "untold" || !isHeld()) return told;
  return concluded(told, seen, wasRefused);
}

/** How such a step ends where the look itself broke: what it changed is not known. */
export function notLookedAt({ end, why, wasRefused }: Failed): StepEnd {
  const told = { ...end, error: joined([why, end.error]) };
  return end.outcome === "failed" || end.outcome === "unknown" ? concluded(told, null, wasRefused) : told;
}

function concluded(told: StepEnd, seen: StepNow | null, wasRefused: boolean): StepEnd {
  const open = wasRefused ? "failed" : "unknown";
  const as = (outcome: StepEnd["outcome"], ...words: string[]): StepEnd => ({
    ...told,
    outcome,
    error: joined([told.error, ...words]),
  });
  if (seen === null || seen.kind !== "seen") {
    const problem = seen?.kind === "unread" ? `: ${seen.problem.replace(/\.$/, "")}` : "";
    return as(open, `What it changed could not be looked at${problem}.`);
  }
  const { objects } = seen;
  // Refused, it has made nothing of this: whoever else did is not undone by us.
  if (isAllAfter(seen) && wasRefused)
    return as("failed", `Still ${list(objects)} ${are(objects)} as it would leave ${them(objects)}.`);
  if (isAllAfter(seen))
    return as(
      "done",
      `Its answer was lost, and ${list(objects)} ${are(objects)} as it was to leave ${them(objects)}.`,
    );
  const isOther = ({ became }: ObjectNow) => became === "partly" || (became === "other" && !wasRefused);
  if (objects.some(isOther)) return as(open, sentence(objects));
  if (objects.some(({ became }) => became === "after")) return as("failed", sentence(objects));
  return as("failed", sentence(objects));
}

/** "Deployment/web in staging is changed, Deployment/api in staging is not changed." */
function sentence(objects: readonly ObjectNow[]): string {
  const words = objects.map(
    ({ target, became, says }) => `${target} ${WORDS[became]}${isTold(became) ? `: ${says}` : ""}`,
  );
  return `${words.slice(0, MOST_SAID).join(", ")}${more(words.length)}.`;
}

const WORDS = {
  before: "is as it was",
  after: "is changed",
  other: "is neither as it was nor as the step leaves it",
  partly: "is changed in part",
} as const;

const MOST_SAID = 10;

function isTold(became: ObjectNow["became"]): boolean {
  return became === "other" || became === "partly";
}

function list(objects: readonly ObjectNow[]): string {
  const names = objects.map(({ target }) => target);
  return `${names.slice(0, MOST_SAID).join(", ")}${more(names.length)}`;
}

function more(count: number): string {
  return count > MOST_SAID ? ` and ${count - MOST_SAID} more` : "";
}

function are({ length }: readonly ObjectNow[]): string {
  return length === 1 ? "is" : "are";
}

function them({ length }: readonly ObjectNow[]): string {
  return length === 1 ? "it" : "them";
}

function joined(sentences: (string | null)[]): string | null {
  return sentences.filter(Boolean).join(" ") || null;
}
