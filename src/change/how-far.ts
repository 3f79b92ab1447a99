import type { Cancel } from "./cancel.ts";
import type { Change } from "./change.ts";
import { lastBack, type Outcome, type StepRecord } from "./journal.ts";
import { personInWords } from "./person.ts";
import type { Plan } from "./plan.ts";

const words: Record<Outcome | "running", string> = {
  done: "is done",
  failed: "failed",
  unknown: "was begun, and nobody saw how it ended",
  "not run": "did not happen",
  running: "still runs",
};

const backWords: Record<Outcome | "running", string> = {
  done: "and is taken back",
  failed: "and taking it back failed",
  unknown: "and nobody saw whether taking it back worked",
  "not run": "and is not taken back",
  running: "and is being taken back",
};

/** Who stopped a change and why, in a sentence. Whom it was in Slack its card says beside it, with their name. */
export function whoCancelled({ by, reason }: Pick<Cancel, "by" | "reason">): string {
  const why = reason === null || reason === "" ? "." : `: ${reason.replace(/[.\s]*$/u, ".")}`;
  return `Cancelled ${by.kind === "slack" ? "in Slack" : `by ${personInWords(by)}`}${why}`;
}

/** How far this revision of a plan got, one sentence for each step, as the journal says. */
export function howFar(
  change: { plan: Pick<Plan, "plan"> | null; revision: number },
  steps: readonly StepRecord[],
): string {
  const mine = steps.filter(({ revision }) => revision === change.revision);
  const ran = (step: number) =>
    mine.findLast((record) => record.step === step && record.direction === "forward");
  const said = (change.plan?.plan ?? []).map(({ step }) => {
    const forward = ran(step);
    if (forward === undefined) return `Step ${step} was not begun.`;
    const back = lastBack(mine, step);
    const open = forward.outcome === "unknown" ? forward : back?.outcome === "unknown" ? back : null;
    const why = open === null || open.error === null ? "" : ` ${open.error}`;
    const way = back === undefined ? "" : `, ${backWords[back.outcome]}`;
    return `Step ${step} ${words[forward.outcome]}${way}.${why}`;
  });
  return said.join(" ");
}

/** What an operator is told of a change that was stopped after something of it had run. */
export function saysStopped(
  change: { plan: Pick<Plan, "plan"> | null; revision: number; cancel: Cancel | null },
  steps: readonly StepRecord[],
): string {
  const who = change.cancel === null ? "Cancelled." : whoCancelled(change.cancel);
  return `${who} ${howFar(change, steps)} Nothing more of the plan is run. Accept it as it is, or have what ran taken back.`;
}

/** The last moment at which somebody stopped the change or said how it goes on since; undefined where nobody stopped it. */
export function lastWordOf({ cancel, decisions }: Pick<Change, "cancel" | "decisions">): Date | undefined {
  if (cancel === null) return undefined;
  const said = [cancel.at, ...decisions.flatMap(({ decidedAt }) => decidedAt ?? [])];
  return new Date(Math.max(...said.map((at) => at.getTime())));
}
