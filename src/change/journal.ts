import { z } from "zod";
import type { Person } from "./person.ts";

/** Whether a journal row belongs to the plan or to its way back. */
export const Direction = z.enum(["forward", "rollback"]);
export type Direction = z.infer<typeof Direction>;

/** How one attempt ended: `unknown` is a row that has no end, and is never run again by itself. */
export const Outcome = z.enum(["done", "failed", "unknown", "not run"]);
export type Outcome = z.infer<typeof Outcome>;

/** Which attempt at which step: the journal's key. */
export type StepKey = {
  changeId: string;
  revision: number;
  step: number;
  direction: Direction;
  attempt: number;
};

/** Whether a row of the journal is of this attempt of its change. */
export function isAttempt(record: StepKey, key: Omit<StepKey, "changeId">): boolean {
  const { revision, step, direction, attempt } = key;
  return (
    record.revision === revision &&
    record.step === step &&
    record.direction === direction &&
    record.attempt === attempt
  );
}

/**
 * What the journal knows of one attempt. `error` is a sentence for people when the command did not end well. `host`: the
 * machine it ran on. `mayRunUntil`: it could not be ended there. `settledBy`: whose word the outcome is, when nobody saw it.
 * `toldAt`: when the instance that ran it told its end, after it had counted as unknown.
 */
export type StepRecord = StepKey & {
  argv: string[];
  dir: string;
  outcome: Outcome | "running";
  exitCode: number | null;
  error: string | null;
  startedAt: Date | null;
  finishedAt: Date | null;
  host: string | null;
  mayRunUntil: Date | null;
  settledBy: Person | null;
  toldAt: Date | null;
};

/** One line a command printed, redacted. `number` counts from 1 within its attempt. */
export type LogLine = { number: number; stream: "out" | "err"; text: string };

/** The lines kept of one attempt: the head, the tail, and how many in between are left out. */
export type LogExcerpt = { head: LogLine[]; tail: LogLine[]; omitted: number };
