import type { ApprovalTerms } from "./approval.ts";
import type { Answer, Change, Decision, Gate, SlackHome, SlackMessage } from "./change.ts";
import type { LogExcerpt, StepKey, StepRecord } from "./journal.ts";
import type { Checked, Found, HeldTarget, Listed, ListedChange, ListFilter, Viewer } from "./listed.ts";
import type { ModelUse, Thumb } from "./model/use.ts";
import type { Person } from "./person.ts";
import type { PlanText } from "./plan-text.ts";

/** Longest request taken, in characters. */
export const MAX_REQUEST_LENGTH = 4_000;

/** A request for a change. The same `idempotencyKey` again is the same request. */
export type Ask = {
  request: string;
  requester: Person;
  home: SlackHome | null;
  planOnly: boolean;
  idempotencyKey: string;
  /** The message it was asked for with, where there was one that others can read. */
  source?: SlackMessage | null;
  /** The change it repeats, when it does: a plan that one was asked for with is asked for again. */
  like?: string;
};

/**
 * What became of a request. `repeated`: it was asked before (same key, or the same words again within seconds); `isOther`:
 * under that key something else was asked, in other words or only as a plan.
 * `forbidden`: the policy does not let this person ask for it here.
 */
export type Asked =
  | { kind: "accepted"; change: Change }
  | { kind: "repeated"; change: Change; isOther: boolean }
  | { kind: "forbidden"; reason: string }
  | { kind: "refused"; reason: string };

/** What became of the request to take a done change back; `unknown`: there is no such change. */
export type RollbackAsked = Asked | { kind: "unknown" };

/**
 * A decision as a person makes it; `revision` and `digest` (or its first 12 characters) are what they saw. `groups`: the
 * user groups Slack says they are in at this moment. `breaksGlass`: approve alone, whatever the approvers and freezes say.
 * `answers`: one text for each question of the Planner. `target`: the name they typed to approve what destroys it. `reason`: what should change, where changes are asked for.
 */
export type Decide = {
  changeId: string;
  gate: Gate;
  revision: number;
  round: number;
  digest: string;
  answer: Answer;
  by: Person;
  reason: string | null;
  answers?: readonly string[];
  target?: string | null;
  groups?: readonly string[];
  breaksGlass?: boolean;
};

/** The fewest characters of a reason that may break the glass. */
export const MIN_BREAK_GLASS_REASON = 10;

/**
 * What became of a decision. `decided`: this one won. `counted`: a yes that counts, and more are needed; `isNew` false:
 * it counted before. `already`: another one stands (shown). `stale`: the question asked about is not the one open now.
 * `refused`: this person may not, or not now; `terms` say who may, and
 * `lacks` that a reason is missing. `unknown`: there is no such change.
 */
export type Decided =
  | { kind: "decided"; change: Change; decision: Decision }
  | { kind: "counted"; change: Change; count: number; quorum: number; isNew: boolean }
  | { kind: "already"; change: Change; decision: Decision }
  | { kind: "stale"; change: Change; reason: string }
  | { kind: "refused"; reason: string; terms?: ApprovalTerms; lacks?: "reason" }
  | { kind: "unknown" };

/**
 * Somebody wants a change stopped; `groups` as in a decision. `writtenAt`: of words that may come late or more than once,
 * since they count for what stood there when they were written.
 */
export type CancelAsk = {
  changeId: string;
  by: Person;
  groups?: readonly string[];
  reason: string | null;
  writtenAt?: Date | undefined;
};

/**
 * What became of it. `cancelled`: it has ended, and nothing of it was run. `stopping`: whoever works on it ends what runs;
 * it then ends as cancelled, or an operator is asked. `already`: it ended, or is stopped; `since`: these words are older
 * than what was said last, at that moment. `refused`: `terms` say who may.
 */
export type Cancelled =
  | { kind: "cancelled"; change: Change }
  | { kind: "stopping"; change: Change }
  | { kind: "already"; change: Change; reason: string; since?: Date }
  | { kind: "refused"; reason: string; terms: ApprovalTerms }
  | { kind: "unknown" };

/** The one port that Slack and HTTP see: everything they can do to, or learn of, changes. */
export type Changes = {
  /** Takes a request on; the work happens elsewhere. */
  ask(ask: Ask): Promise<Asked>;
  /** Asks for the way back of a done change, as a change of its own with a plan of its own; one for each change. */
  askRollback(changeId: string, by: Person): Promise<RollbackAsked>;
  /** Writes what a person thinks of an ended change; false when there is no such change, or it goes on. */
  giveFeedback(changeId: string, by: Person, thumb: Thumb): Promise<boolean>;
  /** What the models used for it so far. */
  modelUse(id: string): Promise<ModelUse>;
  /** Writes one decision, if it is the first and this person may; the graph follows by itself. */
  decide(decide: Decide): Promise<Decided>;
  /** Why this person could not give this answer now, before they write a word of it; null when they could. Writes nothing. */
  whyNotDecide(decide: Decide): Promise<Extract<Decided, { kind: "already" | "stale" | "refused" }> | null>;
  /** Takes the targets a change holds away from it, so that the next one goes on. */
  unlock(unlock: AskUnlock): Promise<Unlocked>;
  /** Has a change stopped, whatever it is at, for its requester and everybody who may decide about it. */
  cancel(ask: CancelAsk): Promise<Cancelled>;
  /** The change as it stands now, or null. */
  get(id: string): Promise<Change | null>;
  /** Its journal, oldest first. */
  steps(id: string): Promise<StepRecord[]>;
  /** The first and last lines of one attempt, at most `head` and `tail` of them. */
  logs(key: StepKey, limits: { head: number; tail: number }): Promise<LogExcerpt>;
  /** What terraform says of the saved plans of its present revision, by step. */
  planTexts(change: Pick<Change, "id" | "revision">): Promise<PlanText[]>;
  /** The newest changes of a kind that the viewer may see. */
  list(filter: ListFilter): Promise<Listed>;
  /** The change with this id, or with an id that begins so (8 characters or more), if the viewer may see it. */
  find(viewer: Viewer, id: string): Promise<Found>;
  /** The newest changes that touched, or would touch, what these words name (`deployments/web`, `production/web`, a terraform root), of those the viewer may see. */
  history(viewer: Viewer, target: string, limit: number): Promise<ListedChange[]>;
  /** What these changes hold, the longest held first. Who may see them is the caller's to say: the ids are those of a list. */
  locks(ids: readonly string[]): Promise<HeldTarget[]>;
  /** What the rules say of a command line as a person types it. Nothing is looked at, and nothing runs. */
  check(viewer: Viewer, line: string): Promise<Checked>;
};

/** Somebody wants a change's targets taken away from it. `groups`: the user groups Slack says they are in at this moment. `writtenAt`: of words that may come late or more than once. */
export type AskUnlock = {
  changeId: string;
  by: Person;
  groups?: readonly string[];
  reason: string;
  writtenAt?: Date | undefined;
};

/**
 * What became of an unlock. `nothing`: it holds no targets, or these words are older than what took them last, at `since`. `busy`:
 * something of it runs now, or may. `refused`: this person may not, or not for this reason; `terms` say who may. `unknown`:
 * there is no such change.
 */
export type Unlocked =
  | { kind: "unlocked"; change: Change; targets: string[] }
  | { kind: "nothing"; reason: string; since?: Date }
  | { kind: "busy"; reason: string }
  | { kind: "refused"; reason: string; terms?: ApprovalTerms }
  | { kind: "unknown" };

/**
 * A request as it is kept: without control characters but line breaks and tabs, and without space around it. A terminal that
 * prints the API's answer would obey them. A colour goes whole: what was left of one between a name and its value hid the
 * value from redaction.
 */
export function requestText(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replaceAll(/(?![\t\n])\p{Cc}\[[0-?]*[ -/]*[@-~]/gu, "")
    .replaceAll(/[^\P{Cc}\t\n]/gu, "")
    .trim();
}
