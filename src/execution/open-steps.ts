import type { StepKey } from "#change/journal.ts";
import { type Command, Tool } from "#change/plan.ts";
import type { RunSignals } from "#change/run-signals.ts";
import type { Box } from "#execution/box/box.ts";
import { deadlineMsOf, stopOf } from "#execution/process/deadline.ts";
import { endOrphansOf, type LostProcess, type OrphanEnd } from "#execution/process/orphan.ts";
import { cutRead } from "#execution/process/outcome.ts";
import { KILL_PATIENCE_MS } from "#execution/process/process-group.ts";
import { CHANGED_NOTHING, type Ended } from "#execution/process/run-command.ts";
import { findErroredState, STATE_KEPT } from "#execution/workspace/errored-state.ts";
import { changeDirOf } from "#execution/workspace/scratch.ts";
import type { Policy } from "#policy/document.ts";
import { onlyReads } from "#policy/only-reads.ts";

/** An attempt whose end was never written: since when it may run, and where. */
type OpenStep = { key: StepKey; argv: string[]; dir: string; child: LostProcess | null; since: Date };

/** The end that is written to it. */
type OpenEnd = Ended & { mayRunUntil: Date | null; wasEnded: boolean };

type EndNeeds = {
  findOpen: (changeId: string) => Promise<OpenStep[]>;
  finished: (key: StepKey, end: OpenEnd) => Promise<void>;
  keepErroredState: (key: StepKey, state: Buffer) => Promise<void>;
  /** Whether one of this attempt was kept: who kept it may have died before it was said. */
  isStateKept: (key: StepKey) => Promise<boolean>;
  signalsOf: (changeId: string) => RunSignals;
  policy: Policy;
  box: Box;
  dataDir: string;
};

/** Writes an end to every attempt of a change that has none; before that, ends what still runs of them on this machine. */
export type EndOpenSteps = (changeId: string) => Promise<void>;

/**
 * Makes it. Whoever owns the change calls it before anything is run or asked: a row without an end is `unknown`, also with
 * only an intent, because the crash may have come between the spawn and its record (docs/architecture.md, invariant 3). Of a read it
 * does not matter: it is run again.
 */
export function createEndOpenSteps(needs: EndNeeds): EndOpenSteps {
  return async (changeId) => {
    for (const step of await needs.findOpen(changeId)) {
      const tool = Tool.safeParse(step.argv[0]).data ?? "kubectl";
      const command: Command = { tool, args: step.argv.slice(1), dir: step.dir };
      const end = await endOpen(needs, step, command);
      await needs.finished(step.key, end);
    }
  };
}

async function endOpen(
  needs: Omit<EndNeeds, "findOpen" | "finished">,
  { key, dir, child, since }: OpenStep,
  command: Command,
): Promise<OpenEnd> {
  const { policy } = needs;
  const own = changeDirOf(needs.dataDir, key.changeId);
  const stop = stopOf(command, policy);
  const end: OrphanEnd =
    child === null
      ? { kind: "elsewhere", host: "an instance of an older version" }
      : await endOrphansOf(own, child, stop, needs.signalsOf(key.changeId).kill, () =>
          needs.box.findLeft(key.changeId),
        );
  const errored = await findErroredState(own.workspace, dir);
  const found = await errored.handOver((bytes) => needs.keepErroredState(key, bytes));
  const kept = found ?? ((await needs.isStateKept(key)) ? STATE_KEPT : null);
  const timeMs = deadlineMsOf(command, policy) + stop.graceMs + KILL_PATIENCE_MS;
  const mayRunUntil = end.kind === "elsewhere" ? new Date(since.getTime() + timeMs) : null;
  const isRead = onlyReads(command, policy);
  const said = sentence(end, child?.pgid !== undefined, mayRunUntil, isRead);
  const error = [said, kept].filter(Boolean).join(" ");
  const unseen: Ended = { outcome: "unknown", exitCode: null, signal: null, error };
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
