import type { LogLine, StepKey } from "../change/journal.ts";
import { argvOf, type Command } from "../change/plan.ts";
import type { BoundPlan } from "../change/preview.ts";
import type { Policy } from "../policy/document.ts";
import { judge } from "../policy/judge.ts";
import { createLineBuffer } from "./line-buffer.ts";
import type { ReadyStep } from "./ready-step.ts";
import type { Redact } from "./redact.ts";
import { type Ended, runCommand, type Spawn } from "./run-command.ts";

/** Where the executor writes. `intend` is committed before the spawn and says false when this attempt has a row already. */
export type Journal = {
  intend(key: StepKey, argv: string[], dir: string): Promise<boolean>;
  started(key: StepKey, place: Parameters<Spawn["onStarted"]>[0]): Promise<void>;
  finished(key: StepKey, end: Ended): Promise<void>;
  lines(key: StepKey, lines: LogLine[]): Promise<void>;
};

/** Runs one attempt at one command, journalled; null when the attempt exists already and so must not run. */
export type RunStep = (
  key: StepKey,
  command: Command,
  bound: BoundPlan,
  signal: AbortSignal,
) => Promise<Ended | null>;

/**
 * Makes the hands: intent, the last look at whether all is as it was approved, policy once more, spawn, lines, end
 * (design.md, invariants 3 to 6).
 */
export function createExecutor(options: {
  readyStep: ReadyStep;
  policy: Policy;
  redact: Redact;
  journal: Journal;
}): RunStep {
  const { journal, redact } = options;
  return async (key, command, bound, signal) => {
    const argv = argvOf(command);
    if (!(await journal.intend(key, argv, command.dir))) return null;
    const ready = await options.readyStep(key, command, bound, signal);
    if (!ready.ok) return finish(journal, key, refused(`It was not run: ${redact(ready.reason)}`));
    const verdict = judge(command, options.policy, ready.files);
    if (verdict.decision === "deny") {
      return finish(journal, key, refused(`Policy refuses this command now: ${verdict.reasons.join("; ")}.`));
    }
    const lines = createLineBuffer((batch) => journal.lines(key, batch));
    const end = await runCommand({
      argv,
      cwd: ready.cwd,
      env: ready.env,
      deadlineMs: deadlineMsOf(command, options.policy),
      signal,
      onStarted: (place) => journal.started(key, place),
      onLine: (stream, text) => lines.add(stream, redact(text)),
    });
    await lines.end();
    return finish(journal, key, end);
  };
}

async function finish(journal: Journal, key: StepKey, end: Ended): Promise<Ended> {
  await journal.finished(key, end);
  return end;
}

function refused(error: string): Ended {
  return { outcome: "failed", exitCode: null, signal: null, error };
}

function deadlineMsOf(command: Command, policy: Policy): number {
  const { default_seconds, terraform_seconds } = policy.deadlines;
  return 1_000 * (command.tool === "terraform" ? terraform_seconds : default_seconds);
}
