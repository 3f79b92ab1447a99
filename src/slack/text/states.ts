import {
  type Answer,
  type Change,
  type ChangeStatus,
  isEnded,
  lastDecision,
  openDecision,
} from "#change/change.ts";
import type { StepRecord } from "#change/journal.ts";
import type { Risk } from "#change/plan.ts";
import { titleOf } from "#change/titles/title.ts";
import { stepStatesOf } from "./step-states.ts";
import { cutMiddle, oneLine } from "./text.ts";

/** Leaves room for the environments in a headline. */
const ABOUT_CHARS = 105;
/** Environments that a headline names. */
const MOST_NAMED = 3;

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
  answered: "🟢",
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
  const isAnswered = change.status === "waiting" && openDecision(change) === null;
  return `${isAnswered ? marks.running : marks[change.status]} ${words(change, steps)}`;
}

/** What it is about, in few words, for a headline: the plan's, or while there is none the request's. */
export function aboutWords(change: Change): string {
  return [titleWords(change), ...namedEnvironments(change)].join(" · ");
}

/** The same with the risk in front: high risk has a sign and capitals, so that no colour has to be told from another. */
export function headlineWords(change: Change): string {
  const { risk, plan } = change;
  // While it is planned anew the risk is the old plan's.
  return risk === null || plan === null ? aboutWords(change) : `${riskWords[risk]}: ${aboutWords(change)}`;
}

/** The risk as it stands before a title. */
export const riskWords: Readonly<Record<Risk, string>> = {
  high: "⚠ HIGH RISK",
  medium: "Medium risk",
  low: "Low risk",
};

/** The headline of a change that has ended: how, and what it was. */
export function endedTitle(change: Change, steps: readonly StepRecord[]): string {
  return `${stateLine(change, steps)}: ${aboutWords(change)}`;
}

/** Whether its headline says where it runs, all of it. */
export function namesEnvironments({ environments }: Change): boolean {
  return environments.length <= MOST_NAMED && environments.every(isShort);
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
  answered: "Answered",
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
      return waitingWords(change);
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
    case "answered":
      return "Answered";
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

/** In words alone, for a headline and a notification: they name nobody. */
function waitingWords(change: Change): string {
  const question = openDecision(change);
  const { terms } = change;
  if (question === null) {
    const answer = lastDecision(change, "approval")?.answer ?? null;
    return (answer === null ? undefined : answeredWords[answer]) ?? "Waiting for approval";
  }
  if (terms?.frozen !== undefined) return "Frozen";
  const given = question.approvals.length;
  const left = (terms?.quorum ?? 1) - given;
  if (given > 0 && left > 0) return `Waiting for ${left} more ${left === 1 ? "approval" : "approvals"}`;
  return left > 1 ? `Waiting for ${left} approvals` : "Waiting for approval";
}

/** Between an answer and what comes of it. */
const answeredWords: Partial<Record<Answer, string>> = {
  approve: "Approved, about to run",
  reject: "Rejected, nothing was run",
  request_changes: "About to be planned again",
  cancel: "Cancelled, nothing was run",
  expire: "Expired, nothing was run",
};

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
  const names = change.environments.filter((name) => name !== "" && isShort(name));
  return names.length === 0 ? [] : [names.slice(0, MOST_NAMED).join(", ")];
}

function isShort(name: string): boolean {
  return name.length <= 40;
}
