import { type Change, type ChangeStatus, isEnded } from "#change/change.ts";
import type { StepRecord } from "#change/journal.ts";
import { titleOf } from "#change/titles/title.ts";
import { stepStatesOf } from "./step-states.ts";
import { cutMiddle, oneLine } from "./text.ts";

/** Leaves room for the environments in a headline. */
const ABOUT_CHARS = 105;

/** A colour for a quick look down the channel. The words after it say the same, so nothing rests on it alone. */
const marks: Record<ChangeStatus, string> = {
  queued: "⚪",
  planning: "🔵",
  asking: "🟠",
  waiting: "🟠",
  running: "🔵",
  reviewing: "🔵",
  rolling_back: "🔵",
  needs_person: "🔴",
  done: "🟢",
  accepted: "🟢",
  rolled_back: "🟣",
  rejected: "⚫",
  planned: "🟢",
  failed: "🔴",
  blocked: "🟠",
  cancelled: "⚫",
  expired: "⚫",
};

/** The state as a headline of its own: a mark, the words, and where it matters the risk and the environments. */
export function stateTitle(change: Change, steps: readonly StepRecord[]): string {
  return `${marks[change.status]} ${stateWords(change, steps)}`;
}

/** The state as the card's first line, without what its other lines say: "🟠 Waiting for approval". */
export function stateLine(change: Change, steps: readonly StepRecord[]): string {
  return `${marks[change.status]} ${words(change, steps)}`;
}

/** What it is about, in few words, for a headline: the plan's, or while there is none the request's. */
export function aboutWords(change: Change): string {
  return [titleWords(change), ...namedEnvironments(change)].join(" · ");
}

/** The same without where, for what says that itself: a notification, a status. */
export function titleWords(change: Change): string {
  return cutMiddle(oneLine(titleOf(change) ?? change.request), ABOUT_CHARS);
}

/** The state in words: "Running step 2 of 3 · production". */
export function stateWords(change: Change, steps: readonly StepRecord[]): string {
  const risk = change.status === "waiting" && change.risk !== null ? [`${change.risk} risk`] : [];
  return [words(change, steps), ...risk, ...namedEnvironments(change)].join(" · ");
}

/** The status alone in words, where nothing more is known of a change: "Waiting for approval". */
export function statusWords(status: ChangeStatus): string {
  return `${marks[status]} ${short[status]}`;
}

const short: Record<ChangeStatus, string> = {
  queued: "Queued",
  planning: "Planning",
  asking: "Waiting for an answer",
  waiting: "Waiting for approval",
  blocked: "Waiting for a target",
  running: "Running",
  reviewing: "Reviewing",
  rolling_back: "Rolling back",
  needs_person: "A person has to look",
  done: "Done",
  accepted: "Accepted as it is",
  rolled_back: "Rolled back",
  rejected: "Rejected",
  planned: "Planned only",
  failed: "Failed",
  cancelled: "Cancelled",
  expired: "Expired",
};

function words(change: Change, steps: readonly StepRecord[]): string {
  if (change.stopAsked && !isEnded(change.status)) return "Being stopped";
  switch (change.status) {
    case "queued":
      return change.queuePlace === null ? "Queued" : `Queued, place ${change.queuePlace} in the line`;
    case "planning":
      return planningWords(change);
    case "asking":
      return "Waiting for an answer";
    case "waiting":
      return "Waiting for approval";
    case "blocked":
      return "Waiting for a target that another change holds";
    case "running":
      return `Running step ${runningStep(change, steps)} of ${change.plan?.plan.length ?? 0}`;
    case "reviewing":
      return "Reviewing the outcome";
    case "rolling_back":
      return "Rolling back";
    case "needs_person":
      return "A person has to look at this";
    case "done":
      return hadNothingToDo(change, steps) ? "Nothing to do, nothing was run" : "Done";
    case "accepted":
      return "Accepted as it is";
    case "rolled_back":
      return "Rolled back";
    case "rejected":
      return "Rejected, nothing was run";
    case "planned":
      return "Planned only, nothing was run";
    case "cancelled":
      return steps.length === 0 ? "Cancelled, nothing was run" : "Cancelled";
    case "expired":
      return hasRun(steps) ? "Expired, nothing was changed" : "Expired, nothing was run";
    case "failed":
      return steps.length === 0 ? "Failed, nothing was run" : "Failed";
  }
}

function planningWords({ refusedPlan, revision }: Change): string {
  return refusedPlan?.revision === revision ? "Planning anew, because the plan was refused" : "Planning";
}

/** Reads may have run before a step that was held back. */
function hasRun(steps: readonly StepRecord[]): boolean {
  return steps.some(({ outcome }) => outcome !== "not run");
}

/** Judged by Greenlight before anything ran, since every look showed what was asked for. */
function hadNothingToDo({ previews, review }: Change, steps: readonly StepRecord[]): boolean {
  const isNothing = previews.length > 0 && previews.every(({ changesNothing }) => changesNothing === true);
  return isNothing && steps.length === 0 && review?.by === "greenlight" && review.result === "approved";
}

/** The step that runs now, or the one that will be next. */
function runningStep(change: Change, steps: readonly StepRecord[]): number {
  const states = stepStatesOf(change, steps);
  const open = states.find(({ ran }) => ran !== "done");
  return open?.step.step ?? Math.max(1, states.length);
}

function namedEnvironments(change: Change): string[] {
  const names = change.environments.filter((name) => name !== "" && name.length <= 40);
  return names.length === 0 ? [] : [names.slice(0, 3).join(", ")];
}
