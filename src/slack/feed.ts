import { type Change, lastDecision, openDecision } from "../change/change.ts";
import type { ChangeEvent } from "../change/events.ts";
import { Direction } from "../change/journal.ts";
import { planPageCount } from "./plan-pages.ts";

/** What is said below the card of a question nobody answers, `unanswered` of the Planner's; `number` counts the environments that have escalated. */
export type NoticeKey = {
  kind: "notice";
  notice: "reminder" | "unanswered" | "warning" | "escalation";
  revision: number;
  round: number;
  number: number;
};

/**
 * Which of a change's messages is meant. A verdict is `ended`, or `needs_person:REVISION:ROUND`. `direct` is the card with
 * one person. `approvers` is none that is posted: it stands for finding out who gets the card of a question as a direct one.
 */
export type MessageKey =
  | { kind: "card" }
  | { kind: "direct"; userId: string }
  | { kind: "approvers"; revision: number; round: number }
  | { kind: "verdict"; key: string }
  | NoticeKey
  | { kind: "unlock"; number: number }
  | { kind: "asking"; revision: number; round: number }
  | { kind: "plan"; revision: number; page: number }
  | ({ kind: "step" } & Attempt)
  /** The whole log of an attempt, as a file. */
  | ({ kind: "log" } & Attempt);

type Attempt = { revision: number; step: number; direction: Direction; attempt: number };

/** Who goes first when several messages are due: the cards, verdicts, what is said of open questions and locks, plan pages, steps, their files. */
const ranks: Record<MessageKey["kind"], number> = {
  card: 0,
  direct: 0,
  approvers: 0,
  verdict: 1,
  asking: 2,
  notice: 2,
  unlock: 2,
  plan: 3,
  step: 4,
  log: 5,
};

const CARD: MessageKey = { kind: "card" };
const ENDED: MessageKey = { kind: "verdict", key: "ended" };

/** What the names of all cards with a person begin with. */
const DIRECT = "card:dm:";
type Stale = { name: string; rank: number; holdMs: number } | { everyStanding: string };

/** Which messages an event makes stale; none for a change that has no home in Slack. */
export function messagesOf(event: ChangeEvent, change: Change): MessageKey[] {
  if (change.home === null) return [];
  switch (event.type) {
    case "asked":
    case "approved":
    case "cancel_asked":
    case "status":
    case "reviewed":
      return [CARD];
    case "planned":
      return [CARD, ...planKeys(change)];
    case "opened":
    case "decided":
      if (event.gate === "answers")
        return [CARD, { kind: "asking", revision: event.revision, round: event.round }];
      return event.gate === "operator" ? [CARD, questionKey(event)] : [CARD];
    case "reminded":
    case "warned":
      if (event.type === "warned") return [noticeKey(event, "warning", 0)];
      return [noticeKey(event, event.gate === "answers" ? "unanswered" : "reminder", 0)];
    case "escalated":
      return [CARD, noticeKey(event, "escalation", lastDecision(change, event.gate)?.escalated.length ?? 0)];
    case "unlocked":
      return [CARD, { kind: "unlock", number: change.unlocks.length }];
    case "step_started":
      return [CARD, attemptKey("step", event)];
    case "step_finished":
      return [CARD, attemptKey("step", event), attemptKey("log", event), ...askedKeys(change)];
    case "step_logged":
      return [attemptKey("step", event)];
    case "ended":
      return [CARD, ENDED];
  }
}

/** The same as the store keeps it: names, who goes first, and for how long each may wait for what comes next. */
export function createMessageRefs(notify: {
  direct_messages: boolean;
}): (event: ChangeEvent, change: Change) => Stale[] {
  return (event, change) => {
    if (change.home === null) return [];
    const keys = [...messagesOf(event, change), ...(notify.direct_messages ? approversOf(event) : [])];
    const named = keys.map((key) => ({
      name: messageName(key),
      rank: ranks[key.kind],
      holdMs: holdMsOf(event, key),
    }));
    return [...named, ...(isForDirect(event, change) ? [{ everyStanding: DIRECT }] : [])];
  };
}

function approversOf(event: ChangeEvent): MessageKey[] {
  const isAsked = event.type === "opened" || event.type === "escalated";
  if (!isAsked || event.gate !== "approval") return [];
  return [{ kind: "approvers", revision: event.revision, round: event.round }];
}

/**
 * What changes the card with a person: who has approved, what was decided, what is asked of an operator, and how it ended
 * where that is not as it was asked for. Progress stands in the channel.
 */
function isForDirect(event: ChangeEvent, change: Change): boolean {
  switch (event.type) {
    case "approved":
      return event.gate === "approval";
    case "decided":
      return event.gate !== "answers";
    case "status":
      return event.status === "needs_person";
    case "step_finished":
      // What an operator is asked about may be known by now.
      return askedKeys(change).length > 0;
    case "ended":
      return (
        ["failed", "rolled_back", "cancelled"].includes(event.status) ||
        lastDecision(change, "operator") !== null
      );
    default:
      return false;
  }
}

/** The worker begins within this time, and the first card then says so itself. */
const FIRST_MS = 300;
/** A step that is over by then is posted once, with its end. */
const STEP_MS = 3_000;
/** Lines of a step that stands already: Slack takes about one update a second of a message. */
const LINES_MS = 1_500;
/** How late a card may show progress that asks nothing of anybody: the thread shows it too. */
const PROGRESS_MS = 4_000;

function holdMsOf(event: ChangeEvent, key: MessageKey): number {
  switch (event.type) {
    case "asked":
      return FIRST_MS;
    case "status":
      return event.status === "blocked" || event.status === "needs_person" ? 0 : PROGRESS_MS;
    case "planned":
    case "reviewed":
      return PROGRESS_MS;
    case "step_started":
      return key.kind === "step" ? STEP_MS : PROGRESS_MS;
    case "step_logged":
      return LINES_MS;
    case "step_finished":
      return key.kind === "step" ? 0 : PROGRESS_MS;
    default:
      return 0;
  }
}

/** A key as text: `card`, `card:dm:U1`, `approvers:1:1`, `asking:1:1`, `plan:1:2`, `step:1:2:forward:1`, `verdict:ended`, `reminder:1:1:0`. */
export function messageName(key: MessageKey): string {
  switch (key.kind) {
    case "card":
      return "card";
    case "direct":
      return `${DIRECT}${key.userId}`;
    case "approvers":
      return `approvers:${key.revision}:${key.round}`;
    case "verdict":
      return `verdict:${key.key}`;
    case "notice":
      return `${key.notice}:${key.revision}:${key.round}:${key.number}`;
    case "unlock":
      return `unlock:${key.number}`;
    case "asking":
      return `asking:${key.revision}:${key.round}`;
    case "plan":
      return `plan:${key.revision}:${key.page}`;
    case "step":
    case "log":
      return `${key.kind}:${key.revision}:${key.step}:${key.direction}:${key.attempt}`;
  }
}

/** The key behind a name, or null when it is none of ours. */
export function parseMessageName(name: string): MessageKey | null {
  if (name === "card") return CARD;
  const direct = /^card:dm:([UW][A-Z0-9]{1,30})$/u.exec(name);
  if (direct?.[1] !== undefined) return { kind: "direct", userId: direct[1] };
  const approvers = /^approvers:(\d+):(\d+)$/u.exec(name);
  if (approvers !== null)
    return { kind: "approvers", revision: Number(approvers[1]), round: Number(approvers[2]) };
  const verdict = /^verdict:(ended|needs_person:\d+:\d+)$/u.exec(name);
  if (verdict?.[1] !== undefined) return { kind: "verdict", key: verdict[1] };
  const notice = /^(reminder|unanswered|warning|escalation):(\d+):(\d+):(\d+)$/u.exec(name);
  if (notice !== null) return noticeFrom(notice);
  const unlock = /^unlock:(\d+)$/u.exec(name);
  if (unlock !== null) return { kind: "unlock", number: Number(unlock[1]) };
  const asking = /^asking:(\d+):(\d+)$/u.exec(name);
  if (asking !== null) return { kind: "asking", revision: Number(asking[1]), round: Number(asking[2]) };
  const plan = /^plan:(\d+):(\d+)$/u.exec(name);
  if (plan !== null) return { kind: "plan", revision: Number(plan[1]), page: Number(plan[2]) };
  const step = /^(step|log):(\d+):(\d+):(forward|rollback):(\d+)$/u.exec(name);
  if (step === null) return null;
  const [revision = 0, number = 0, attempt = 0] = [step[2], step[3], step[5]].map(Number);
  const direction = Direction.parse(step[4]);
  return attemptKey(step[1] === "log" ? "log" : "step", { revision, step: number, direction, attempt });
}

/** The key of the verdict that puts the operator's question. */
export function questionKey(question: { revision: number; round: number }): MessageKey {
  return { kind: "verdict", key: `needs_person:${question.revision}:${question.round}` };
}

function noticeKey(
  { revision, round }: { revision: number; round: number },
  notice: NoticeKey["notice"],
  number: number,
): NoticeKey {
  return { kind: "notice", notice, revision, round, number };
}

function noticeFrom([, notice, ...numbers]: RegExpExecArray): NoticeKey {
  const [revision = 0, round = 0, number = 0] = numbers.map(Number);
  return noticeKey({ revision, round }, notice as NoticeKey["notice"], number);
}

/** The operator's question, while it is open: what it asks about may be known by now. */
function askedKeys(change: Change): MessageKey[] {
  const question = openDecision(change);
  return question?.gate === "operator" ? [questionKey(question)] : [];
}

function planKeys(change: Change): MessageKey[] {
  const { revision } = change;
  return Array.from({ length: planPageCount(change) }, (_, index) => ({
    kind: "plan",
    revision,
    page: index + 1,
  }));
}

function attemptKey(kind: "step" | "log", event: Attempt): MessageKey {
  const { revision, step, direction, attempt } = event;
  return { kind, revision, step, direction, attempt };
}
