import type { Change, ChangeStatus } from "#change/change.ts";
import { lastBack, type Outcome, type StepRecord } from "#change/journal.ts";
import type { Step } from "#change/plan.ts";

/** Where one step of the plan stands; null when nothing needs saying about it yet. */
export type StepState = {
  step: Step;
  ran: Outcome | "running" | null;
  back: Outcome | "running" | null;
  /** The last attempt at the step itself, for its exit code and its error. */
  record: StepRecord | null;
};

/** In these a step without a row in the journal will not run any more by itself, so it is "not run". */
const past: ReadonlySet<ChangeStatus> = new Set([
  "reviewing",
  "rolling_back",
  "needs_person",
  "done",
  "accepted",
  "rolled_back",
  "cancelled",
]);

/** Where every step of the present revision stands, in order; empty without a plan. */
export function stepStatesOf(change: Change, steps: readonly StepRecord[]): StepState[] {
  const mine = steps.filter((record) => record.revision === change.revision);
  const ended = past.has(change.status) || (change.status === "failed" && mine.length > 0);
  return (change.plan?.plan ?? []).map((step) => {
    const record = mine.findLast((one) => one.step === step.step && one.direction === "forward");
    const back = lastBack(mine, step.step);
    return {
      step,
      ran: record?.outcome ?? (ended ? "not run" : null),
      back: back?.outcome ?? null,
      record: record ?? null,
    };
  });
}

/** The state in words: "failed (exit code 1)", "done, then taken back". Empty when nothing needs saying. */
export function stepStateWords(state: StepState): string {
  const { back } = state;
  const forward = ranWords(state);
  return back === null ? forward : `${forward}, ${backWords[back]}`;
}

function ranWords({ ran, record }: StepState): string {
  const code = record?.exitCode ?? null;
  if (ran === "failed" && code !== null) return `failed (exit code ${code})`;
  if (ran === "unknown") return "unknown, nobody saw how it ended";
  if (ran !== null && (record?.settledBy ?? null) !== null) return `${ran}, as a person says`;
  return ran ?? "";
}

/** How many steps are in which state, in words: "2 done, 1 failed, 1 not run". */
export function tally(states: readonly StepState[]): string {
  const words = ["done", "taken back", "failed", "unknown", "running", "not run"] as const;
  const kinds = states.map(({ ran, back }) => (back === "done" ? "taken back" : ran));
  return words
    .map((word) => ({ word, many: kinds.filter((kind) => kind === word).length }))
    .filter(({ many }) => many > 0)
    .map(({ word, many }) => `${many} ${word}`)
    .join(", ");
}

const backWords: Record<Outcome | "running", string> = {
  done: "then taken back",
  failed: "and taking it back failed",
  unknown: "and nobody saw whether taking it back worked",
  "not run": "not taken back",
  running: "being taken back now",
};
