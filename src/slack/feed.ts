import { type Change, lastDecision } from "../change/change.ts";
import type { ChangeEvent } from "../change/events.ts";
import { Direction } from "../change/journal.ts";
import { planPageCount } from "./plan-pages.ts";

/** What is said below the card of a question nobody answers; `number` counts the environments that have escalated. */
export type NoticeKey = {
  kind: "notice";
  notice: "reminder" | "warning" | "escalation";
  revision: number;
  round: number;
  number: number;
};

/** Which of a change's messages is meant. A verdict is `ended`, or `needs_person:REVISION:ROUND`. */
export type MessageKey =
  | { kind: "card" }
  | { kind: "verdict"; key: string }
  | NoticeKey
  | { kind: "plan"; revision: number; page: number }
  | { kind: "step"; revision: number; step: number; direction: Direction; attempt: number };

/** Who goes first when several messages are due: the card, then verdicts, what is said of open questions, plan pages, steps. */
const ranks: Record<MessageKey["kind"], number> = { card: 0, verdict: 1, notice: 2, plan: 3, step: 4 };

const CARD: MessageKey = { kind: "card" };
const ENDED: MessageKey = { kind: "verdict", key: "ended" };

/** Which messages an event makes stale; none for a change that has no home in Slack. */
export function messagesOf(event: ChangeEvent, change: Change): MessageKey[] {
  if (change.home === null) return [];
  switch (event.type) {
    case "asked":
    case "approved":
    case "status":
    case "reviewed":
      return [CARD];
    case "planned":
      return [CARD, ...planKeys(change)];
    case "opened":
    case "decided":
      return event.gate === "operator" ? [CARD, questionKey(event)] : [CARD];
    case "reminded":
    case "warned":
      return [noticeKey(event, event.type === "reminded" ? "reminder" : "warning", 0)];
    case "escalated":
      return [CARD, noticeKey(event, "escalation", lastDecision(change, event.gate)?.escalated.length ?? 0)];
    case "step_started":
    case "step_finished":
      return [CARD, stepKey(event)];
    case "step_logged":
      return [stepKey(event)];
    case "ended":
      return [CARD, ENDED];
  }
}

/** The same as the store keeps it: names, and who goes first. */
export function messageRefs(event: ChangeEvent, change: Change): { name: string; rank: number }[] {
  return messagesOf(event, change).map((key) => ({ name: messageName(key), rank: ranks[key.kind] }));
}

/** A key as text: `card`, `plan:1:2`, `step:1:2:forward:1`, `verdict:ended`, `reminder:1:1:0`. */
export function messageName(key: MessageKey): string {
  switch (key.kind) {
    case "card":
      return "card";
    case "verdict":
      return `verdict:${key.key}`;
    case "notice":
      return `${key.notice}:${key.revision}:${key.round}:${key.number}`;
    case "plan":
      return `plan:${key.revision}:${key.page}`;
    case "step":
      return `step:${key.revision}:${key.step}:${key.direction}:${key.attempt}`;
  }
}

/** The key behind a name, or null when it is none of ours. */
export function parseMessageName(name: string): MessageKey | null {
  if (name === "card") return CARD;
  const verdict = /^verdict:(ended|needs_person:\d+:\d+)$/u.exec(name);
  if (verdict?.[1] !== undefined) return { kind: "verdict", key: verdict[1] };
  const notice = /^(reminder|warning|escalation):(\d+):(\d+):(\d+)$/u.exec(name);
  if (notice !== null) return noticeFrom(notice);
  const plan = /^plan:(\d+):(\d+)$/u.exec(name);
  if (plan !== null) return { kind: "plan", revision: Number(plan[1]), page: Number(plan[2]) };
  const step = /^step:(\d+):(\d+):(forward|rollback):(\d+)$/u.exec(name);
  if (step === null) return null;
  const [revision, number, attempt] = [step[1], step[2], step[4]].map(Number);
  const direction = Direction.parse(step[3]);
  return { kind: "step", revision: revision ?? 0, step: number ?? 0, direction, attempt: attempt ?? 0 };
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

function planKeys(change: Change): MessageKey[] {
  const { revision } = change;
  return Array.from({ length: planPageCount(change) }, (_, index) => ({
    kind: "plan",
    revision,
    page: index + 1,
  }));
}

function stepKey(step: {
  revision: number;
  step: number;
  direction: Direction;
  attempt: number;
}): MessageKey {
  const { revision, direction, attempt } = step;
  return { kind: "step", revision, step: step.step, direction, attempt };
}
