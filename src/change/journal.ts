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

/** Which attempt of a change, as events and lists name it beside the change. */
export type AttemptKey = Omit<StepKey, "changeId">;

/** The key of an attempt without its change, and without whatever else the value holds. */
export function attemptOf({ revision, step, direction, attempt }: AttemptKey): AttemptKey {
  return { revision, step, direction, attempt };
}

/** Whether a row of the journal is of this attempt of its change. */
export function isAttempt(record: StepKey, key: AttemptKey): boolean {
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
  /** It was refused before anything was spawned, as its own instance wrote. */
  isRefused?: boolean;
  /** The uid of each object it made, by "Deployment/web in shop", as the first look after it found it. */
  made?: Readonly<Record<string, string>> | null;
};

/**
 * Where the rollback of a step stands: its newest attempt, or of several commands, one for each object, the newest of those
 * that are not done. Undefined: there is none.
 */
export function lastBack(records: readonly StepRecord[], step: number): StepRecord | undefined {
  const newest = new Map<string, StepRecord>();
  for (const record of records)
    if (record.step === step && record.direction === "rollback")
      newest.set(JSON.stringify(record.argv), record);
  const all = [...newest.values()];
  return all.findLast(({ outcome }) => outcome !== "done") ?? all.at(-1);
}

/** Where a child runs, so that whoever finds its row can tell whether it is still there. `bootId` is the boot with the set of
 * processes seen from there: two containers on one machine may share name and boot, and not their pids. `pidStart` guards
 * against a reused pid.
 */
export type ChildProcess = { host: string; bootId: string; pgid: number; pidStart: string };

/** Why a step was held back just before its spawn: it would do something else by now, or nobody can tell. */
export type HeldBack = "other" | "untold";

/**
 * How an attempt ended. `error` is a sentence for people when it did not end well. `mayRunUntil`: it could not be ended where
 * it runs, and by then its time is over.
 */
export type StepEnd = {
  outcome: Outcome;
  exitCode: number | null;
  signal: string | null;
  error: string | null;
  /** It was refused before anything was spawned. */
  isRefused?: true;
  /** Refused by the last look at what it would do: that was something else than was approved, or could not be told. */
  heldBack?: HeldBack;
  /** Whether it was ended because its time was over. */
  isLate?: true;
  mayRunUntil?: Date | null;
  /** It was ended by whoever took the change over: what its own instance saw of that end counts no more. */
  wasEnded?: boolean;
};

/** What was recorded of a child; only host and boot when the instance died before it could say which process. */
export type LostProcess = Pick<ChildProcess, "host" | "bootId"> & Partial<ChildProcess>;

/** An attempt without an end. `child` is null in a row of an older version, and has no process before its start is recorded. */
export type OpenAttempt = {
  key: StepKey;
  argv: string[];
  dir: string;
  child: LostProcess | null;
  since: Date;
};

/** Whether an attempt was refused before anything was spawned: it has changed nothing, and its permission is unspent. */
export function wasRefused({ outcome, startedAt, isRefused }: StepRecord): boolean {
  return isRefused === true && outcome === "not run" && startedAt === null;
}

/** One line a command printed, redacted. `number` counts from 1 within its attempt. */
export type LogLine = { number: number; stream: "out" | "err"; text: string };

/** The lines kept of one attempt: the head, the tail, and how many in between are left out. */
export type LogExcerpt = { head: LogLine[]; tail: LogLine[]; omitted: number };
