import type { StepEnd } from "#change/journal.ts";
import type { Command } from "#change/plan.ts";
import { readKubectl } from "#policy/kubectl/line.ts";
import { parseTerraform } from "#policy/terraform/line.ts";
import { CHANGED_NOTHING } from "./run-command.ts";

/** A read that ends who runs it, again and again, is not tried for ever. */
const READ_ATTEMPTS = 3;

/**
 * What was seen of an attempt besides its end: `onlyReads`, as the policy knows it (policy/only-reads.ts); `isStopped`, that
 * the work on the change was stopped.
 */
type Seen = { command: Command; onlyReads: boolean; attempt: number; isStopped: boolean };

/**
 * What an end means for a step. A read that was ended at its deadline failed: there is nothing it may have done, so
 * nobody has to be asked whether it did.
 */
export function outcomeOf(end: StepEnd, { command, onlyReads, attempt, isStopped }: Seen): StepEnd {
  if (end.outcome === "unknown" && onlyReads)
    return isStopped ? cutRead(end, attempt) : { ...end, outcome: "failed" };
  if (end.outcome !== "failed" || end.exitCode !== differsCodeOf(command)) return end;
  return { ...end, outcome: "done", error: null };
}

/**
 * What becomes of an attempt that only reads and was cut off, or whose end nobody saw: it changed nothing, so whoever
 * carries the change on may run it again without asking anybody.
 */
export function cutRead(end: StepEnd, attempt: number): StepEnd {
  if (attempt >= READ_ATTEMPTS) return end;
  const isSaid = end.error?.includes(CHANGED_NOTHING) === true;
  const error = [end.error, isSaid ? null : CHANGED_NOTHING].filter(Boolean).join(" ");
  return { ...end, outcome: "not run", error };
}

/** The exit code by which a command says that it found differences, which is what it was asked for; null: it has none. */
function differsCodeOf(command: Command): number | null {
  if (command.tool === "kubectl") {
    const read = readKubectl(command.args);
    return read.ok && read.line.verb === "diff" ? 1 : null;
  }
  const parsed = parseTerraform(command.args);
  if (!parsed.ok || parsed.line === "help" || parsed.line.verb !== "plan") return null;
  return parsed.line.flags.get("-detailed-exitcode")?.[0] === "true" ? 2 : null;
}
