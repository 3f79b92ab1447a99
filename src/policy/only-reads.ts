import type { Command } from "#change/plan.ts";
import type { Policy } from "./document.ts";
import { judge } from "./judge.ts";

/** Whether the rules allow a command and know that it changes nothing. Goes by its words alone: files it names count for the worst they may hold. */
export function onlyReads(command: Command, policy: Policy): boolean {
  const verdict = judge(command, policy, null);
  return verdict.decision === "allow" && verdict.risk === "low";
}
