import type { Command, Risk } from "../change/plan.ts";
import { readKubectl } from "../policy/kubectl-line.ts";
import { parseTerraform } from "../policy/terraform-line.ts";
import type { Ended } from "./run-command.ts";

/**
 * What an end means for a step. A read that was ended at its deadline failed: there is nothing it may have done, so
 * nobody has to be asked whether it did. `isStopped`: the work on the change was stopped, and anything is open.
 */
export function outcomeOf(end: Ended, command: Command, risk: Risk, isStopped: boolean): Ended {
  if (end.outcome === "unknown" && risk === "low" && !isStopped) return { ...end, outcome: "failed" };
  if (end.outcome !== "failed" || end.exitCode !== differsCodeOf(command)) return end;
  return { ...end, outcome: "done", error: null };
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
