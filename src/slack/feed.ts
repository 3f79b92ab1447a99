import type { Change } from "../change/change.ts";
import type { ChangeEvent } from "../change/events.ts";
import { Direction } from "../change/journal.ts";
import { planPageCount } from "./plan-pages.ts";

/** Which of a change's messages is meant. A verdict is `ended`, or `needs_person:REVISION:ROUND`. */
export type MessageKey =
  | { kind: "card" }
  | { kind: "verdict"; key: string }
  | { kind: "plan"; revision: number; page: number }
  | { kind: "step"; revision: number; step: number; direction: Direction; attempt: number };

/** Who goes first when several messages are due: the card, then verdicts, plan pages, steps. */
const ranks: Record<MessageKey["kind"], number> = { card: 0, verdict: 1, plan: 2, step: 3 };

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

/** A key as text: `card`, `plan:1:2`, `step:1:2:forward:1`, `verdict:ended`. */
export function messageName(key: MessageKey): string {
  switch (key.kind) {
    case "card":
      return "card";
    case "verdict":
      return `verdict:${key.key}`;
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
