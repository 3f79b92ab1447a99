import type { LogLine, StepKey } from "#change/journal.ts";
import { argvOf, type Command } from "#change/plan.ts";
import type { BoundPlan } from "#change/preview.ts";
import type { RunSignals } from "#change/run-signals.ts";
import { deadlineMsOf, stopOf } from "#execution/process/deadline.ts";
import { createLastWords } from "#execution/process/last-words.ts";
import { createLineBuffer, type RedactLine } from "#execution/process/line-buffer.ts";
import { outcomeOf } from "#execution/process/outcome.ts";
import { type ChildProcess, thisMachine } from "#execution/process/process-group.ts";
import { type Ended, runCommand } from "#execution/process/run-command.ts";
import { watchErroredState } from "#execution/workspace/errored-state.ts";
import { type At, nowhere } from "#observe/crash-points.ts";
import type { Policy } from "#policy/document.ts";
import { judge } from "#policy/judge.ts";
import { onlyReads } from "#policy/only-reads.ts";
import type { ReadyStep } from "./ready-step.ts";

/** Where the executor writes. The intent is committed before the spawn; null when this attempt has a row already. */
export type Journal = {
  intend(
    key: StepKey,
    argv: string[],
    dir: string,
    here: Pick<ChildProcess, "host" | "bootId">,
  ): Promise<Attempt | null>;
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
  finished(end: Ended): Promise<void>;
};

/** Runs one attempt at one command, journalled; null when the attempt exists already and so must not run. */
export type RunStep = (
  key: StepKey,
  command: Command,
  bound: BoundPlan,
  signals: RunSignals,
) => Promise<Ended | null>;

/** What the run of a step is given. */
export type ExecutorOptions = {
  readyStep: ReadyStep;
  policy: Policy;
  /** Makes the redaction of one stream; each line is redacted before it is stored. */
  redactLines: () => RedactLine;
  journal: Journal;
  /** Keeps a state that terraform could not store. Without it such a file stays where terraform put it. */
  keepErroredState?: (key: StepKey, state: Buffer) => Promise<void>;
  at?: At;
};

/**
 * Makes the function that runs a step: the last check that all is as it was approved, intent, policy once more,
 * spawn, lines, end (docs/architecture.md, invariants 3 to 6).
 */
export function createExecutor(options: ExecutorOptions): RunStep {
  const { journal, redactLines, at = nowhere } = options;
  return async (key, command, bound, signals) => {
    const { pause, stop, kill } = signals;
    const argv = argvOf(command);
    // Before the intent: what is got ready may take minutes, and an intent alone already costs a person a question.
    const ready = await options.readyStep(key, command, bound, pause);
    pause.throwIfAborted();
    const attempt = await journal.intend(key, argv, command.dir, await thisMachine());
    if (attempt === null) return null;
    if (!ready.ok) return finish(attempt, refused(`It was not run: ${redactLines()(ready.reason)}`));
    const verdict = judge(command, options.policy, ready.files);
    if (verdict.decision === "deny") {
      return finish(attempt, refused(`Policy refuses this command now: ${verdict.reasons.join("; ")}.`));
    }
    const said = createLastWords(command);
    const lines = createLineBuffer((batch) => {
      said.add(batch);
      return attempt.lines(batch);
    }, redactLines);
    // By the same rule as whoever carries it on: what that one would not run again must not count as not run.
    const isRead = onlyReads(command, options.policy);
    // What cannot be recorded on the way must not cost the record of the end.
    const faults: unknown[] = [];
    const note = (fault: unknown): void => void faults.push(fault);
    const erroredState =
      command.tool === "terraform" ? await watchErroredState(ready.workspace, command.dir) : null;
    const back = backWord(key);
    at(`before ${back}spawn`);
    // No await between this and the spawn: an instance that was frozen on the way here owns nothing any more.
    if (pause.aborted || !attempt.isHeld()) return withdraw(attempt, key);
    const ended = await runCommand({
      boxed: ready.boxed,
      deadlineMs: deadlineMsOf(command, options.policy),
      stop: stopOf(command, options.policy),
      signal: stop,
      kill,
      onlyReads: isRead,
      onStarted: (child) => {
        at(`after ${back}spawn`);
        return attempt.started(child).catch(note);
      },
      onLine: lines.add,
    });
    at(`after ${back}exit`);
    const end = outcomeOf(ended, {
      command,
      onlyReads: isRead,
      attempt: key.attempt,
      isStopped: stop.aborted,
    });
    // Before anything else is written: a database that is away must not cost the only copy of a state.
    const { keepErroredState: keep } = options;
    const kept = keep === undefined ? null : await erroredState?.handOver((bytes) => keep(key, bytes));
    await lines.end().catch(note);
    const finished = await finish(attempt, { ...end, error: joined([said.explain(end), end.error, kept]) });
    if (faults.length > 0) throw faults[0];
    return finished;
  };
}

function backWord({ direction }: StepKey): "rollback " | "" {
  return direction === "rollback" ? "rollback " : "";
}

function joined(sentences: (string | null | undefined)[]): string | null {
  return sentences.filter(Boolean).join(" ") || null;
}

async function withdraw(attempt: Attempt, key: StepKey): Promise<never> {
  await attempt.withdraw();
  throw new Error(`Step ${key.step} was not started: the work on this change was stopped just before.`);
}

async function finish(attempt: Attempt, end: Ended): Promise<Ended> {
  await attempt.finished(end);
  return end;
}

function refused(error: string): Ended {
  return { outcome: "failed", exitCode: null, signal: null, error };
}
