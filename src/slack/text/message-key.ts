import { Direction } from "#change/journal.ts";

/** What is said below the card of a question nobody answers, `unanswered` of the Planner's; `number` counts the environments that have escalated. */
export type NoticeKey = {
  kind: "notice";
  notice: "reminder" | "unanswered" | "warning" | "escalation";
  revision: number;
  round: number;
  number: number;
};

/**
 * Which of a change's messages is meant. A verdict is `ended`, `needs_person:REVISION:ROUND`, or `later:NUMBER`. `direct` is the card with
 * one person. `approvers` is none that is posted: it stands for finding out who gets the card of a question as a direct one.
 */
export type MessageKey =
  | { kind: "card" }
  | { kind: "direct"; userId: string }
  /** That a person is needed, to each who has a card: an edit pushes nothing. */
  | { kind: "direct asked"; userId: string; revision: number; round: number }
  | { kind: "approvers"; revision: number; round: number }
  | { kind: "verdict"; key: string }
  | NoticeKey
  | { kind: "unlock"; number: number }
  | { kind: "asking"; revision: number; round: number }
  | { kind: "plan"; revision: number; page: number }
  /** What terraform says of the saved plans, as a file. */
  | { kind: "plan-text"; revision: number }
  | ({ kind: "step" } & Attempt)
  /** The whole log of an attempt, as a file. */
  | ({ kind: "log" } & Attempt);

type Attempt = { revision: number; step: number; direction: Direction; attempt: number };

/** The card in the channel. */
export const CARD: MessageKey = { kind: "card" };
/** What the names of all cards with a person begin with. */
export const DIRECT = "card:dm:";
/** What the names of the messages begin with that tell those people that a person is needed. */
export const DIRECT_ASKED = "asked:dm:";

/** A key as text: `card`, `card:dm:U1`, `approvers:1:1`, `asking:1:1`, `plan:1:2`, `plan-text:1`, `step:1:2:forward:1`, `verdict:ended`, `reminder:1:1:0`. */
export function messageName(key: MessageKey): string {
  switch (key.kind) {
    case "card":
      return "card";
    case "direct":
      return `${DIRECT}${key.userId}`;
    case "direct asked":
      return `${DIRECT_ASKED}${key.userId}:${key.revision}:${key.round}`;
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
    case "plan-text":
      return `plan-text:${key.revision}`;
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
  const asked = /^asked:dm:([UW][A-Z0-9]{1,30}):(\d+):(\d+)$/u.exec(name);
  if (asked?.[1] !== undefined) {
    return { kind: "direct asked", userId: asked[1], revision: Number(asked[2]), round: Number(asked[3]) };
  }
  const approvers = /^approvers:(\d+):(\d+)$/u.exec(name);
  if (approvers !== null)
    return { kind: "approvers", revision: Number(approvers[1]), round: Number(approvers[2]) };
  const verdict = /^verdict:(ended|needs_person:\d+:\d+|later:\d+)$/u.exec(name);
  if (verdict?.[1] !== undefined) return { kind: "verdict", key: verdict[1] };
  const notice = /^(reminder|unanswered|warning|escalation):(\d+):(\d+):(\d+)$/u.exec(name);
  if (notice !== null) return noticeFrom(notice);
  const unlock = /^unlock:(\d+)$/u.exec(name);
  if (unlock !== null) return { kind: "unlock", number: Number(unlock[1]) };
  const asking = /^asking:(\d+):(\d+)$/u.exec(name);
  if (asking !== null) return { kind: "asking", revision: Number(asking[1]), round: Number(asking[2]) };
  const plan = /^plan:(\d+):(\d+)$/u.exec(name);
  if (plan !== null) return { kind: "plan", revision: Number(plan[1]), page: Number(plan[2]) };
  const text = /^plan-text:(\d+)$/u.exec(name);
  if (text !== null) return { kind: "plan-text", revision: Number(text[1]) };
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

/** The key of what a later look found, told as a verdict is. */
export function laterKey(number: number): MessageKey {
  return { kind: "verdict", key: `later:${number}` };
}

/** The number of the later look that a verdict's key names, or null. */
export function laterNumber(key: string): number | null {
  const [, number] = /^later:(\d+)$/u.exec(key) ?? [];
  return number === undefined ? null : Number(number);
}

/** The key of what is said of an open question. */
export function noticeKey(
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

/** The key of an attempt's message, or of the file with its whole log. */
export function attemptKey(kind: "step" | "log", event: Attempt): MessageKey {
  const { revision, step, direction, attempt } = event;
  return { kind, revision, step, direction, attempt };
}
