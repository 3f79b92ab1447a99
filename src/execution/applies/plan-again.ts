import { join, relative } from "node:path";
import type { Step } from "#change/plan.ts";
import type { BoundPlan } from "#change/preview.ts";
import type { ExecutionDeps } from "#execution/deps.ts";
import type { Looks } from "#execution/looks.ts";
import type { Captured } from "#execution/process/capture.ts";
import { tellTerraform } from "#execution/reasons/tell.ts";
import { reopenCopy, type WorkspaceDeps } from "#execution/workspace/copy.ts";
import { removeOwn } from "#execution/workspace/own-files.ts";
import { planFileOf } from "#execution/workspace/terraform-files.ts";
import type { Redact } from "#redact/redact.ts";
import { type PlannedApply, type PlannedResource, readPlanned } from "./planned.ts";

/** What a look at a root after its apply is given. */
export type AgainDeps = WorkspaceDeps &
  Pick<ExecutionDeps, "redact"> & { looks: Pick<Looks, "terraform" | "readyRoot"> };

type Applied = { changeId: string; bound: BoundPlan; step: Step };
type Unread = { ok: false; problem: string };

/**
 * Plans once more what a step has applied, without its `-replace`, which would show forever, and without a lock: it changes
 * nothing. Redacted words where it cannot.
 */
export async function planAgain(
  deps: AgainDeps,
  applied: Applied,
  { flags }: PlannedApply,
  signal: AbortSignal,
): Promise<{ ok: true; resources: PlannedResource[] } | Unread> {
  const opened = await open(deps, applied, signal);
  if (!opened.ok) return opened;
  const { workspace, dir, terraform } = opened;
  // The name is Greenlight's own in the copy, and whoever would apply it compares its bytes first.
  const file = planFileOf(applied.step.step);
  const own = join(relative(workspace, dir), file);
  const asked = flags.filter((flag) => !NOT_AGAIN.test(flag));
  try {
    await removeOwn(workspace, own);
    const plan = ["plan", "-input=false", "-no-color", "-lock=false", `-out=${file}`, ...asked];
    const planned = await terraform(plan);
    if (planned.exitCode !== 0) return unread("one more plan failed", planned, deps.redact);
    const shown = await terraform(["show", "-json", file]);
    if (shown.exitCode !== 0) return unread("one more plan could not be read", shown, deps.redact);
    return { ok: true, resources: readPlanned(shown.stdout) };
  } catch {
    // Another format. Its text may hold secrets and is not quoted.
    return { ok: false, problem: "one more plan could not be read" };
  } finally {
    await removeOwn(workspace, own);
  }
}

/** The addresses in the state by now; null where it cannot be read. */
export async function listState(
  deps: AgainDeps,
  applied: Applied,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | null> {
  const opened = await open(deps, applied, signal);
  if (!opened.ok) return null;
  const found = await opened.terraform(["state", "list"]);
  return found.exitCode === 0 ? new Set(found.stdout.split("\n").filter((line) => line !== "")) : null;
}

const NOT_AGAIN = /^-(replace|lock|lock-timeout|refresh|json|out|detailed-exitcode)(=|$)/;

async function open(
  deps: AgainDeps,
  { changeId, bound, step }: Applied,
  signal: AbortSignal,
): Promise<({ ok: true } & ReturnType<Looks["terraform"]>) | Unread> {
  const opened = await reopenCopy(deps, changeId, bound.plan, bound.bindings.files, step);
  if (!opened.ok) return { ok: false, problem: deps.redact(opened.reason) };
  const reason = await deps.looks.readyRoot(opened.copy, step, signal);
  if (reason !== null) return { ok: false, problem: deps.redact(reason) };
  return { ok: true, ...deps.looks.terraform(opened.copy, step, signal) };
}

function unread(what: string, found: Captured, redact: Redact): Unread {
  return { ok: false, problem: `${what}. ${tellTerraform(found, redact).why}` };
}
