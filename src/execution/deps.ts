import type { ChildProcess, LogLine, OpenAttempt, StepEnd, StepKey } from "#change/journal.ts";
import type { Plan } from "#change/plan.ts";
import type { PlanText } from "#change/plan-text.ts";
import type { RunSignals } from "#change/run-signals.ts";
import type { Box } from "#execution/box/box.ts";
import type { SettlePace } from "#execution/facts/settle.ts";
import type { RedactLine } from "#execution/process/line-buffer.ts";
import type { OpenPackage, WorkspaceDeps } from "#execution/workspace/copy.ts";
import type { At } from "#observe/crash-points.ts";
import type { Assessment } from "#policy/assess.ts";
import type { Policy } from "#policy/document.ts";
import type { Redact } from "#redact/redact.ts";
import type { Looks } from "./looks.ts";

/** All that execution is given: made once, by the app, and handed on whole. */
export type ExecutionDeps = WorkspaceDeps &
  SavedFiles & {
    policy: Policy;
    box: Box;
    looks: Looks;
    redact: Redact;
    /** Makes the redaction of one stream; each line is redacted before it is stored. */
    redactLines: () => RedactLine;
    journal: Journal;
    /** Why this change's plan, judged by its commands alone, must not even be looked at, or null. */
    whyNotPreview(
      changeId: string,
      plan: Plan,
      assessment: Extract<Assessment, { ok: true }>,
    ): Promise<string | null>;
    /** How the run of a change is told to let go of it. */
    signalsOf(changeId: string): RunSignals;
    /** How looks after a run follow one another. */
    settle: SettlePace;
    now: () => Date;
    at: At;
  };

/** Where attempts are written. */
export type Journal = {
  /** The intent is committed before the spawn; null when this attempt has a row already. */
  intend(
    key: StepKey,
    argv: string[],
    dir: string,
    here: Pick<ChildProcess, "host" | "bootId">,
  ): Promise<Attempt | null>;
  /** The attempts of a change that have no end. */
  findOpen(changeId: string): Promise<OpenAttempt[]>;
  /** Writes the end of an attempt that its own instance left open. */
  finishOpen(key: StepKey, end: StepEnd): Promise<void>;
};

/**
 * What is written of one attempt by the instance that spawns it. `withdraw` takes an intent back that came to nothing, and
 * `isHeld` says without asking anybody whether the change is still this instance's. While the database is away the writes
 * wait for it. `finished` throws when the change is somebody else's by then.
 */
export type Attempt = {
  isHeld(): boolean;
  withdraw(): Promise<void>;
  started(child: ChildProcess): Promise<void>;
  lines(lines: LogLine[]): Promise<void>;
  finished(end: StepEnd): Promise<void>;
};

type PlanKey = { changeId: string; revision: number; step: number };

/** What is kept of a change's files, so that any instance can run it and nobody reads it. */
export type SavedFiles = {
  keepPlan(key: PlanKey, plan: { bytes: Buffer; sha256: string; path: string }): Promise<void>;
  /** Keeps what terraform says of a saved plan, redacted, for people. */
  keepPlanText(key: Omit<PlanKey, "step">, text: PlanText): Promise<void>;
  /** A saved plan's bytes, and where they lay when it was made. Null: there is none. */
  openPlan(key: PlanKey): Promise<{ bytes: Buffer; path: string } | null>;
  /** Keeps what a step's preview saw. It holds secrets in clear text. */
  keepStates(key: PlanKey, states: { bytes: Buffer; sha256: string }): Promise<void>;
  /** Null: there is none, or it does not open. */
  openStates(key: PlanKey): Promise<Buffer | null>;
  /** Keeps what an apply said it did, before its end is written: it waits for a database that is away. */
  holdApplied(key: StepKey, applied: Buffer): Promise<void>;
  /** Null: there is none, or it does not open. */
  openApplied(key: StepKey): Promise<Buffer | null>;
  /** Keeps a fetched package of modules, so that a registry is not asked again. */
  keepPackage(
    key: { changeId: string; revision: number },
    fetched: { bytes: Buffer; sha256: string },
  ): Promise<void>;
  openPackage: OpenPackage;
  /** Keeps a state that terraform could not store; it outlives its change. */
  keepErroredState(key: StepKey, state: Buffer): Promise<void>;
  /** The same for the state of a command that has just run: it waits for a database that is away. */
  holdErroredState(key: StepKey, state: Buffer): Promise<void>;
  /** Whether one of this attempt is kept: who kept it may have died before it was said. */
  isStateKept(key: StepKey): Promise<boolean>;
};
