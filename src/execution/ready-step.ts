import { join, relative } from "node:path";
import type { HeldBack, StepKey } from "#change/journal.ts";
import { argvOf, type Command } from "#change/plan.ts";
import { type BoundPlan, isMade } from "#change/preview.ts";
import type { Boxed } from "#execution/box/box.ts";
import { type FenceDeps, type Held, whyHeld } from "#execution/fence/fence.ts";
import { killLeft } from "#execution/process/orphan.ts";
import { makeOutputPipes, outputNameOf } from "#execution/process/output-pipe.ts";
import { directoryOf, reopenCopy, type WorkspaceCopy } from "#execution/workspace/copy.ts";
import { readOwn, writeOwn } from "#execution/workspace/own-files.ts";
import { sha256Of } from "#execution/workspace/snapshot.ts";
import { planFileOf } from "#execution/workspace/terraform-files.ts";
import type { Files } from "#policy/files.ts";
import type { ExecutionDeps } from "./deps.ts";
import { refuseMissing } from "./environment-error.ts";
import { layOutMade, type MadeFile } from "./rollbacks/made-file.ts";
import { type DifferenceDeps, filesFor, findDifference } from "./still-approved.ts";

/** How a step is spawned, the copy of the workspace it runs in, and the files it is judged by; or why it must not. */
type Ready =
  | { ok: true; workspace: string; boxed: Boxed; files: Files }
  | { ok: false; reason: string; heldBack?: HeldBack };

/** What it is given. */
export type ReadyDeps = DifferenceDeps & FenceDeps & Pick<ExecutionDeps, "looks" | "box" | "openPlan">;

/** The last check before a spawn: all that was approved is still so, and lies where the command will read it. */
export function readyStep(
  deps: ReadyDeps,
  key: StepKey,
  command: Command,
  bound: BoundPlan,
  signal: AbortSignal,
  file: MadeFile | null = null,
): Promise<Ready> {
  return refuseMissing(() => ready(deps, key, command, bound, signal, file));
}

async function ready(
  deps: ReadyDeps,
  key: StepKey,
  command: Command,
  bound: BoundPlan,
  signal: AbortSignal,
  file: MadeFile | null,
): Promise<Ready> {
  const { changeId, direction } = key;
  const { looks, box } = deps;
  const wayBack = direction === "forward" ? null : command;
  const difference = await findDifference(deps, { changeId, bound, step: key.step, wayBack }, signal);
  if (difference !== null) return { ok: false, reason: difference.reason };
  // Before the copy is held against what was approved: what still runs could exchange it afterwards.
  if (!(await killLeft(() => box.findLeft(changeId)))) {
    const left = "An earlier command of this change left a process that still runs and could not be ended.";
    return { ok: false, reason: left };
  }
  const isOwn = wayBack !== null && isMade(bound.bindings, key.step, wayBack);
  const files = isOwn ? [] : filesFor(wayBack, bound, deps.policy);
  const opened = await reopenCopy(deps, changeId, bound.plan, files, command);
  if (!opened.ok) return opened;
  const { copy } = opened;
  const notReady =
    (await looks.readyRoot(copy, command, signal)) ??
    (await layOutPlan(deps, copy, key, command, bound)) ??
    (await layOutMade(copy, isOwn ? command : null, file));
  if (notReady !== null) return { ok: false, reason: notReady };
  // The last of all, so that least can happen between it and the spawn.
  const held = await whyFenced(deps, copy, key, bound, signal);
  if (held !== null) return { ok: false, ...held };
  const cwd = directoryOf(copy, command);
  const given = await looks.givenTo(copy, command);
  const boxed = await box.wrap({ argv: argvOf(command), cwd, ...given });
  const output = await makeOutputPipes(copy.dir.output, outputNameOf(key));
  return { ok: true, workspace: copy.dir.workspace, boxed: { ...boxed, output }, files: copy.files };
}

/** A rollback is no step of the preview: it undoes what one did, and was judged with it. */
async function whyFenced(
  deps: ReadyDeps,
  copy: WorkspaceCopy,
  { changeId, step: number, direction }: StepKey,
  bound: BoundPlan,
  signal: AbortSignal,
): Promise<Held | null> {
  const step = bound.plan.plan.find((one) => one.step === number);
  if (step === undefined || direction !== "forward") return null;
  return whyHeld(deps, { changeId, bound, step, files: copy.files }, deps.looks.kubectl(copy, signal));
}

/** Puts the approved saved plan where the step reads it. Returns why not, or null. */
async function layOutPlan(
  deps: Pick<ExecutionDeps, "openPlan">,
  copy: WorkspaceCopy,
  key: StepKey,
  command: Command,
  bound: BoundPlan,
): Promise<string | null> {
  const approved = bound.bindings.savedPlans.find(({ step }) => step === key.step);
  if (approved === undefined || key.direction !== "forward") return null;
  const path = join(directoryOf(copy, command), planFileOf(key.step));
  const { workspace } = copy.dir;
  const own = relative(workspace, path);
  const there = await readOwn(workspace, own);
  if (there !== null && sha256Of(there) === approved.sha256) return null;
  const kept = await deps.openPlan({ changeId: key.changeId, revision: key.revision, step: key.step });
  if (kept === null || sha256Of(kept.bytes) !== approved.sha256) {
    return "The saved terraform plan that was approved is not there any more, or it was sealed with another GREENLIGHT_ENCRYPTION_KEY.";
  }
  if (kept.path !== path) {
    return `The saved terraform plan was made in ${kept.path} and would be applied in ${path}. terraform writes paths into a plan, so give every instance the same GREENLIGHT_DATA and GREENLIGHT_WORKSPACE.`;
  }
  await writeOwn(workspace, own, kept.bytes, 0o600);
  return null;
}
