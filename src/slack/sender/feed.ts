import { type Change, lastDecision, openDecision } from "#change/change.ts";
import type { ChangeEvent } from "#change/events.ts";
import { onlyLooks } from "#change/titles/only-looks.ts";
import { isAnswer } from "#slack/cards/ends/answer-card.ts";
import { planPageCount } from "#slack/cards/plan-pages.ts";
import {
  attemptKey,
  CARD,
  DIRECT,
  DIRECT_ASKED,
  laterKey,
  type MessageKey,
  messageName,
  noticeKey,
  questionKey,
} from "#slack/text/message-key.ts";

/** Who goes first when several messages are due: the cards, verdicts, what is said of open questions and locks, plan pages, steps, their files. */
const ranks: Record<MessageKey["kind"], number> = {
  card: 0,
  direct: 0,
  "direct asked": 0,
  approvers: 0,
  verdict: 1,
  asking: 2,
  notice: 2,
  unlock: 2,
  plan: 3,
  "plan-text": 3,
  step: 4,
  log: 5,
};

const ENDED: MessageKey = { kind: "verdict", key: "ended" };

type Stale = { name: string; rank: number; holdMs: number } | { everyStanding: string } | BesideEach;
type BesideEach = { besideEach: string; prefix: string; suffix: string; rank: number };

/** Which messages an event makes stale; none for a change that has no home in Slack. */
export function messagesOf(event: ChangeEvent, change: Change): MessageKey[] {
  if (change.home === null) return [];
  return onlyLooks(change) ? ofRead(event, change) : ofChange(event, change);
}

/** A read has one message: its card becomes its answer. What does not fit there comes as a file in its thread. */
function ofRead(event: ChangeEvent, change: Change): MessageKey[] {
  switch (event.type) {
    case "planned":
    case "step_started":
      return [CARD];
    case "step_logged":
      return [];
    case "step_finished":
      return [CARD, attemptKey("log", event)];
    case "ended":
      return isAnswer(change) ? [CARD] : [CARD, ENDED];
    default:
      return ofChange(event, change);
  }
}

function ofChange(event: ChangeEvent, change: Change): MessageKey[] {
  switch (event.type) {
    case "asked":
    case "approved":
    case "plan_refused":
    case "reviewed":
      return [CARD];
    case "cancel_asked":
    case "status":
      // Somebody may stop what a person is asked about already: then other answers are offered, and the question stands.
      return [CARD, ...askedKeys(change)];
    case "planned":
      return [CARD, ...planKeys(change), ...planTextKeys(change)];
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
    case "looked_later":
      return event.tells ? [laterKey(event.number)] : [];
    case "step_started":
      return [CARD, attemptKey("step", event)];
    case "step_finished":
      return [CARD, attemptKey("step", event), attemptKey("log", event), ...askedKeys(change)];
    case "step_logged":
      return [attemptKey("step", event)];
    case "ended":
      // An answer stands on the card: whoever asked looks there for it.
      return change.status === "answered" ? [CARD] : [CARD, ENDED];
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
    return [...named, ...(isForDirect(event, change) ? [{ everyStanding: DIRECT }] : []), ...callsOf(event)];
  };
}

/** Whoever has the card is told anew that a person is needed, since nobody hears of an edit; answered, that calls nobody. */
function callsOf(event: ChangeEvent): Stale[] {
  if ((event.type !== "opened" && event.type !== "decided") || event.gate !== "operator") return [];
  if (event.type === "decided") return [{ everyStanding: DIRECT_ASKED }];
  const suffix = `:${event.revision}:${event.round}`;
  return [{ besideEach: DIRECT, prefix: DIRECT_ASKED, suffix, rank: ranks["direct asked"] }];
}

function approversOf(event: ChangeEvent): MessageKey[] {
  // By half time somebody else may be on call, and then they get the card.
  const isAsked = event.type === "opened" || event.type === "escalated" || event.type === "reminded";
  if (!isAsked || event.gate !== "approval") return [];
  return [{ kind: "approvers", revision: event.revision, round: event.round }];
}

/**
 * What changes the card with a person: who has approved, what was decided, who may by half time, what is asked of an
 * operator, and how it ended. Progress stands in the channel.
 */
function isForDirect(event: ChangeEvent, change: Change): boolean {
  switch (event.type) {
    case "approved":
      return event.gate === "approval";
    case "decided":
      return event.gate !== "answers";
    case "reminded":
      return event.gate === "approval";
    case "status":
      return event.status === "needs_person";
    case "cancel_asked":
    case "step_finished":
      // What an operator is asked about may be known by now, or be stopped.
      return askedKeys(change).length > 0;
    case "ended":
      return !isAnswer(change);
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

/** A plan that changes nothing asks nobody, so nobody has to read it. */
function planTextKeys({ previews, revision }: Change): MessageKey[] {
  const has = previews.some(
    ({ planText, changesNothing }) => planText !== undefined && changesNothing !== true,
  );
  return has ? [{ kind: "plan-text", revision }] : [];
}
