import type { StepEnd, StepKey } from "#change/journal.ts";
import { argvOf, type Command } from "#change/plan.ts";
import { type BoundPlan, isMade } from "#change/preview.ts";
import type { RunSignals } from "#change/run-signals.ts";
import { type WatchedApply, watchApply } from "#execution/applies/watch-apply.ts";
import type { Boxed } from "#execution/box/box.ts";
import { deadlineMsOf, stopOf } from "#execution/process/deadline.ts";
import { createLastWords } from "#execution/process/last-words.ts";
import { createLineBuffer } from "#execution/process/line-buffer.ts";
import { outcomeOf } from "#execution/process/outcome.ts";
import { thisMachine } from "#execution/process/process-group.ts";
import { runCommand } from "#execution/process/run-command.ts";
import { watchErroredState } from "#execution/workspace/errored-state.ts";
import { judge } from "#policy/judge.ts";
import { judgeMade } from "#policy/kubectl/made.ts";
import { onlyReads } from "#policy/only-reads.ts";
import type { Attempt, ExecutionDeps } from "./deps.ts";
import { lookAfterFailure, notLookedAt } from "./failed-step.ts";
import { readyStep } from "./ready-step.ts";
import { type MadeFile, removeMade } from "./rollbacks/made-file.ts";

/**
 * Runs one attempt at one command, journalled: the last check that all is as it was approved, intent, policy once more,
 * spawn, lines, end (docs/architecture.md, invariants 3 to 6). `file`: what a rollback that Greenlight made reads, and only
 * while it runs. Null when the attempt exists already and so must not run.
 */
export async function runStep(
  deps: ExecutionDeps,
  key: StepKey,
  command: Command,
  bound: BoundPlan,
  signals: RunSignals,
  file: MadeFile | null = null,
): Promise<StepEnd | null> {
  try {
    return await attemptStep(deps, key, command, bound, signals, file);
  } finally {
    // It holds what stood there before, maybe a secret, in clear text.
    if (file !== null) await removeMade(deps, key.changeId, file);
  }
}

async function attemptStep(
  deps: ExecutionDeps,
  key: StepKey,
  command: Command,
  bound: BoundPlan,
  signals: RunSignals,
  file: MadeFile | null,
): Promise<StepEnd | null> {
  const { journal, redactLines, policy } = deps;
  // Before the intent: what is got ready may take minutes, and an intent alone already costs a person a question.
  const ready = await readyStep(deps, key, command, bound, signals.pause, file);
  signals.pause.throwIfAborted();
  const attempt = await journal.intend(key, argvOf(command), command.dir, await thisMachine());
  if (attempt === null) return null;
  if (!ready.ok) {
    const end = refused(`It was not run: ${redactLines()(ready.reason)}`);
    return finish(attempt, ready.heldBack === undefined ? end : { ...end, heldBack: ready.heldBack });
  }
  const isOwn = key.direction === "rollback" && isMade(bound.bindings, key.step, command);
  const verdict = isOwn ? judgeMade(command, policy) : judge(command, policy, ready.files);
  if (verdict.decision === "deny") {
    return finish(attempt, refused(`Policy refuses this command now: ${verdict.reasons.join("; ")}.`));
  }
  // By the same rule as whoever carries it on: what that one would not run again must not count as not run.
  const isRead = onlyReads(command, policy);
  const output = createOutput(deps, command, attempt);
  const erroredState =
    command.tool === "terraform" ? await watchErroredState(ready.workspace, command.dir) : null;
  const apply = command.tool === "terraform" ? await watchApply(deps, key, bound) : null;
  deps.at(`before ${prefixOf(key)}spawn`);
  // No await between this and the spawn: an instance that was frozen on the way here owns nothing any more.
  if (signals.pause.aborted || !attempt.isHeld()) return withdraw(attempt, key);
  const ended = await spawn(deps, key, command, ready.boxed, { attempt, output, signals, isRead, apply });
  deps.at(`after ${prefixOf(key)}exit`);
  const end = outcomeOf(ended, {
    command,
    onlyReads: isRead,
    attempt: key.attempt,
    isStopped: signals.stop.aborted,
  });
  // Before anything else is written: a database that is away must not cost the only copy of a state.
  const kept = await erroredState?.handOver((bytes) => deps.holdErroredState(key, bytes));
  await output.lines.end().catch(output.note);
  const did = await apply?.handOver(end).catch((fault: unknown) => {
    output.note(fault);
    return null;
  });
  const failed = {
    end,
    why: output.lastWords.explain(end),
    wasRefused: output.lastWords.wasRefused(end),
    isHeld: attempt.isHeld,
  };
  const seen = await lookAfterFailure(deps, key, bound, failed, signals).catch((fault: unknown) => {
    output.note(fault);
    return notLookedAt(failed);
  });
  const finished = await finish(attempt, { ...seen, error: joined([seen.error, did, kept]) });
  if (output.faults.length > 0) throw output.faults[0];
  return finished;
}

/** Where what a command prints goes. What cannot be recorded on the way must not cost the record of the end. */
function createOutput({ redactLines }: ExecutionDeps, command: Command, attempt: Attempt) {
  const faults: unknown[] = [];
  const lastWords = createLastWords(command);
  const lines = createLineBuffer((batch) => {
    lastWords.add(batch);
    return attempt.lines(batch);
  }, redactLines);
  return {
    lines,
    lastWords,
    faults,
    note: (fault: unknown): void => void faults.push(fault),
  };
}

/** Called with nothing awaited before it: `runCommand` spawns before its first await. */
function spawn(
  { policy, at }: ExecutionDeps,
  key: StepKey,
  command: Command,
  boxed: Boxed,
  run: {
    attempt: Attempt;
    output: ReturnType<typeof createOutput>;
    signals: RunSignals;
    isRead: boolean;
    apply: WatchedApply | null;
  },
): Promise<StepEnd> {
  const { attempt, output, signals, isRead, apply } = run;
  return runCommand({
    boxed,
    deadlineMs: deadlineMsOf(command, policy),
    stop: stopOf(command, policy),
    signal: signals.stop,
    kill: signals.kill,
    onlyReads: isRead,
    onStarted: (child) => {
      at(`after ${prefixOf(key)}spawn`);
      return attempt.started(child).catch(output.note);
    },
    onLine: (stream, line) => {
      if (stream === "out") apply?.add(line.text);
      output.lines.add(stream, line);
    },
  });
}

/** What the crash points of a way back are called by. */
export function prefixOf({ direction }: StepKey): "rollback " | "" {
  return direction === "rollback" ? "rollback " : "";
}

function joined(sentences: (string | null | undefined)[]): string | null {
  return sentences.filter(Boolean).join(" ") || null;
}

async function withdraw(attempt: Attempt, key: StepKey): Promise<never> {
  await attempt.withdraw();
  throw new Error(`Step ${key.step} was not started: the work on this change was stopped just before.`);
}

async function finish(attempt: Attempt, end: StepEnd): Promise<StepEnd> {
  await attempt.finished(end);
  return end;
}

/** Nothing was spawned, so it may be tried again. */
function refused(error: string): StepEnd {
  return { outcome: "not run", exitCode: null, signal: null, error, isRefused: true };
}
