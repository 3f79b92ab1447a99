import type { OpenAttempt, StepEnd } from "#change/journal.ts";
import { type Command, Tool } from "#change/plan.ts";
import { deadlineMsOf, stopOf } from "#execution/process/deadline.ts";
import { endOrphansOf, type OrphanEnd } from "#execution/process/orphan.ts";
import { cutRead } from "#execution/process/outcome.ts";
import { KILL_PATIENCE_MS } from "#execution/process/process-group.ts";
import { CHANGED_NOTHING } from "#execution/process/run-command.ts";
import { findErroredState, STATE_KEPT } from "#execution/workspace/errored-state.ts";
import { changeDirOf } from "#execution/workspace/scratch.ts";
import { onlyReads } from "#policy/only-reads.ts";
import type { ExecutionDeps } from "./deps.ts";
import { removeLeftMade } from "./rollbacks/made-file.ts";

/**
 * Writes an end to every attempt of a change that has none; before that, ends what still runs of them on this machine.
 * Whoever owns the change calls it before anything is run or asked: a row without an end is `unknown`, also with only an
 * intent, because the crash may have come between the spawn and its record (docs/architecture.md, invariant 3). Of a read it
 * does not matter: it is run again.
 */
export async function endOpenSteps(deps: ExecutionDeps, changeId: string): Promise<void> {
  for (const step of await deps.journal.findOpen(changeId)) {
    const tool = Tool.safeParse(step.argv[0]).data ?? "kubectl";
    const command: Command = { tool, args: step.argv.slice(1), dir: step.dir };
    await deps.journal.finishOpen(step.key, await endOpen(deps, step, command));
  }
  // It may hold a secret, and the change may rest for days. A disk that only reads by now must not keep it from going on.
  await removeLeftMade(deps, changeId).catch(() => undefined);
}

async function endOpen(
  deps: ExecutionDeps,
  { key, dir, child, since }: OpenAttempt,
  command: Command,
): Promise<StepEnd> {
  const { policy } = deps;
  const own = changeDirOf(deps.dataDir, key.changeId);
  const stop = stopOf(command, policy);
  const end: OrphanEnd =
    child === null
      ? { kind: "elsewhere", host: "an instance of an older version" }
      : await endOrphansOf(own, child, stop, deps.signalsOf(key.changeId).kill, () =>
          deps.box.findLeft(key.changeId),
        );
  const errored = await findErroredState(own.workspace, dir);
  const found = await errored.handOver((bytes) => deps.keepErroredState(key, bytes));
  const kept = found ?? ((await deps.isStateKept(key)) ? STATE_KEPT : null);
  const timeMs = deadlineMsOf(command, policy) + stop.graceMs + KILL_PATIENCE_MS;
  const mayRunUntil = end.kind === "elsewhere" ? new Date(since.getTime() + timeMs) : null;
  const isRead = onlyReads(command, policy);
  const said = sentence(end, child?.pgid !== undefined, mayRunUntil, isRead);
  const error = [said, kept].filter(Boolean).join(" ");
  const unseen: StepEnd = { outcome: "unknown", exitCode: null, signal: null, error };
  const seen = isRead ? cutRead(unseen, key.attempt) : unseen;
  return {
    ...seen,
    mayRunUntil: seen.outcome === "unknown" ? mayRunUntil : null,
    wasEnded: end.kind === "ended" || end.kind === "stuck",
  };
}

function sentence(end: OrphanEnd, wasStarted: boolean, mayRunUntil: Date | null, isRead: boolean): string {
  const stands = isRead ? CHANGED_NOTHING : "What it had changed by then stands.";
  const lost = wasStarted
    ? "Greenlight stopped while this command ran, so nobody saw how it ended."
    : "Greenlight stopped at the moment this command was to start, so nobody knows whether it ran.";
  switch (end.kind) {
    case "gone":
      return `${lost} It does not run any more.`;
    case "ended":
      return end.killed
        ? `${lost} It still ran and did not stop when it was asked to, so it was killed. ${stands}`
        : `${lost} It still ran, and stopped when it was asked to. ${stands}`;
    case "stuck":
      return `${lost} It still runs and could not be killed: look for process group ${end.pgid} on this machine before anything else.`;
    case "elsewhere":
      return `${lost} It ran on ${end.host}, where it cannot be ended from here: it may still be running until ${inUtc(mayRunUntil)}.`;
  }
}

function inUtc(date: Date | null): string {
  return `${date?.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
