import { join } from "node:path";
import type { StepKey } from "../change/journal.ts";
import { type Command, Tool } from "../change/plan.ts";
import type { RunSignals } from "../change/run-signals.ts";
import type { Policy } from "../policy/document.ts";
import { deadlineMsOf, stopOf } from "./deadline.ts";
import { findErroredState } from "./errored-state.ts";
import { endOrphan, type LostPlace, type OrphanEnd } from "./orphan.ts";
import { KILL_PATIENCE_MS } from "./process-group.ts";
import type { Ended } from "./run-command.ts";
import { changeDirOf } from "./scratch.ts";

/** An attempt whose end was never written: since when it may run, and where. */
type OpenStep = { key: StepKey; argv: string[]; dir: string; place: LostPlace | null; since: Date };

/** Writes an end to every attempt of a change that has none; before that, ends what still runs of them on this machine. */
export type EndOpenSteps = (changeId: string) => Promise<void>;

/**
 * Makes it. Whoever owns the change calls it before anything is run or asked: a row without an end is `unknown`, also with
 * only an intent, because the crash may have come between the spawn and its record (design.md, invariant 3).
 */
export function createEndOpenSteps(needs: {
  findOpen: (changeId: string) => Promise<OpenStep[]>;
  finished: (key: StepKey, end: Ended & { mayRunUntil: Date | null; wasEnded: boolean }) => Promise<void>;
  keepErroredState: (key: StepKey, state: Buffer) => Promise<void>;
  signalsOf: (changeId: string) => RunSignals;
  policy: Policy;
  dataDir: string;
}): EndOpenSteps {
  return async (changeId) => {
    for (const step of await needs.findOpen(changeId)) {
      const { key, argv, dir, place, since } = step;
      const tool = Tool.safeParse(argv[0]).data ?? "kubectl";
      const command: Command = { tool, args: argv.slice(1), dir };
      const own = changeDirOf(needs.dataDir, changeId);
      const stop = stopOf(command, needs.policy);
      const end: OrphanEnd =
        place === null
          ? { kind: "elsewhere", host: "an instance of an older version" }
          : await endOrphan(place, own.home, stop, needs.signalsOf(changeId).kill);
      const errored = await findErroredState(join(own.workspace, dir), since);
      const kept = await errored.handOver((bytes) => needs.keepErroredState(key, bytes));
      const isElsewhere = end.kind === "elsewhere";
      const timeMs = deadlineMsOf(command, needs.policy) + stop.graceMs + KILL_PATIENCE_MS;
      const mayRunUntil = isElsewhere ? new Date(since.getTime() + timeMs) : null;
      const wasStarted = place?.pgid !== undefined;
      const error = [sentence(end, wasStarted, mayRunUntil), kept].filter(Boolean).join(" ");
      const wasEnded = end.kind === "ended" || end.kind === "stuck";
      const unseen = { outcome: "unknown", exitCode: null, signal: null } as const;
      await needs.finished(key, { ...unseen, error, mayRunUntil, wasEnded });
    }
  };
}

function sentence(end: OrphanEnd, wasStarted: boolean, mayRunUntil: Date | null): string {
  const lost = wasStarted
    ? "Greenlight stopped while this command ran, so nobody saw how it ended."
    : "Greenlight stopped at the moment this command was to start, so nobody knows whether it ran.";
  switch (end.kind) {
    case "gone":
      return `${lost} It does not run any more.`;
    case "ended":
      return end.killed
        ? `${lost} It still ran and did not stop when it was asked to, so it was killed. What it had changed by then stands.`
        : `${lost} It still ran, and stopped when it was asked to. What it had changed by then stands.`;
    case "stuck":
      return `${lost} It still runs and could not be killed: look for process group ${end.pgid} on this machine before anything else.`;
    case "elsewhere":
      return `${lost} It ran on ${end.host}, where it cannot be ended from here: it may still be running until ${inUtc(mayRunUntil)}.`;
  }
}

function inUtc(date: Date | null): string {
  return `${date?.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
