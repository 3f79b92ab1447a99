import { posix } from "node:path";
import type { Command, Plan } from "#change/plan.ts";
import { parseTerraform, type TerraformLine } from "#policy/terraform/line.ts";

/** Says where a root without a backend keeps its state; see terraform-root.ts. */
export const OVERRIDE_FILE = "greenlight_override.tf";

/** The name of a step's saved plan, beside the root's own files. */
export function planFileOf(step: number): string {
  return `greenlight-step-${step}.tfplan`;
}

/** A terraform command with the root it runs in, from the workspace's root, whether named by `dir` or by -chdir. */
export type RootCommand = { line: TerraformLine; root: string };

/** Reads a terraform command; null for another tool, a line that is refused, and one that only asks for help. */
export function readRootCommand(command: Command): RootCommand | null {
  if (command.tool !== "terraform") return null;
  const parsed = parseTerraform(command.args);
  if (!parsed.ok || parsed.line === "help") return null;
  const root = posix.normalize(posix.join(command.dir, parsed.line.chdir ?? "."));
  return { line: parsed.line, root: root === "." ? "" : root.replace(/\/+$/, "") };
}

/** Whether a command changes what terraform manages, and so runs as a saved plan. */
export function runsSavedPlan(command: Command): boolean {
  const verb = readRootCommand(command)?.line.verb;
  return verb === "apply" || verb === "destroy";
}

/** Whether a command fetches what terraform needs and changes nothing that a later step could see. */
export function onlyFetches(command: Command): boolean {
  const verb = readRootCommand(command)?.line.verb;
  return verb === "init" || verb === "get";
}

/** The files that Greenlight and the plan's own commands write into the copy of the workspace. */
export function writtenBy(plan: Plan): string[] {
  return plan.plan.flatMap((step) => {
    const read = readRootCommand(step);
    if (read === null) return [];
    const names = [OVERRIDE_FILE, planFileOf(step.step), ...(read.line.flags.get("-out") ?? [])];
    return names.map((name) => posix.join(read.root, name));
  });
}
