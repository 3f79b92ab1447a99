import { join, relative } from "node:path";
import type { StepKey } from "#change/journal.ts";
import { argvOf, type Command } from "#change/plan.ts";
import type { BoundPlan } from "#change/preview.ts";
import type { Box, Boxed } from "#execution/box/box.ts";
import { killLeft } from "#execution/process/orphan.ts";
import { makeOutputPipes, outputNameOf } from "#execution/process/output-pipe.ts";
import {
  directoryOf,
  reopenCopy,
  type WorkspaceCopy,
  type WorkspaceDeps,
} from "#execution/workspace/copy.ts";
import { readOwn, writeOwn } from "#execution/workspace/own-files.ts";
import { sha256Of } from "#execution/workspace/snapshot.ts";
import { planFileOf } from "#execution/workspace/terraform-files.ts";
import type { Policy } from "#policy/document.ts";
import type { Files } from "#policy/files.ts";
import { refuseMissing } from "./environment-error.ts";
import type { Looks } from "./looks.ts";
import { createWhyBackVoid, createWhyVoid, filesOf } from "./still-approved.ts";

/** How a step is spawned, the copy of the workspace it runs in, and the files it is judged by; or why it must not. */
export type ReadyStep = (
  key: StepKey,
  command: Command,
  bound: BoundPlan,
  signal: AbortSignal,
) => Promise<{ ok: true; workspace: string; boxed: Boxed; files: Files } | { ok: false; reason: string }>;

/** Finds a saved plan again: its bytes, and where they lay when it was made. Null: there is none. */
export type OpenPlan = (key: {
  changeId: string;
  revision: number;
  step: number;
}) => Promise<{ bytes: Buffer; path: string } | null>;

/** Makes the last check before a spawn: all that was approved is still so, and lies where the command will read it. */
export function createReadyStep(needs: {
  ground: WorkspaceDeps;
  policy: Policy;
  looks: Looks;
  box: Box;
  openPlan: OpenPlan;
}): ReadyStep {
  const whyVoid = createWhyVoid(needs);
  const whyBackVoid = createWhyBackVoid(needs);
  return (key, command, bound, signal) => refuseMissing(() => ready(key, command, bound, signal));

  async function ready(...[key, command, bound, signal]: Parameters<ReadyStep>): ReturnType<ReadyStep> {
    const { ground, policy, looks } = needs;
    const isForward = key.direction === "forward";
    const reason = isForward
      ? await whyVoid(key.changeId, bound, signal)
      : await whyBackVoid(key.changeId, bound, command, signal);
    if (reason !== null) return { ok: false, reason };
    // Before the copy is held against what was approved: what still runs could exchange it afterwards.
    if (!(await killLeft(() => needs.box.findLeft(key.changeId)))) {
      const left = "An earlier command of this change left a process that still runs and could not be ended.";
      return { ok: false, reason: left };
    }
    const files = isForward ? bound.bindings.files : filesOf(command, bound, policy);
    const opened = await reopenCopy(ground, key.changeId, bound.plan, files, command);
    if (!opened.ok) return opened;
    const { copy } = opened;
    const notReady =
      (await looks.readyRoot(copy, command, signal)) ?? (await layOutPlan(needs, copy, key, command, bound));
    if (notReady !== null) return { ok: false, reason: notReady };
    const cwd = directoryOf(copy, command);
    const given = await looks.givenTo(copy, command);
    const boxed = await needs.box.wrap({ argv: argvOf(command), cwd, ...given });
    const output = await makeOutputPipes(copy.dir.output, outputNameOf(key));
    return { ok: true, workspace: copy.dir.workspace, boxed: { ...boxed, output }, files: copy.files };
  }
}

/** Puts the approved saved plan where the step reads it. Returns why not, or null. */
async function layOutPlan(
  needs: { openPlan: OpenPlan },
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
  const kept = await needs.openPlan({ changeId: key.changeId, revision: key.revision, step: key.step });
  if (kept === null || sha256Of(kept.bytes) !== approved.sha256) {
    return "The saved terraform plan that was approved is not there any more, or it was sealed with another GREENLIGHT_ENCRYPTION_KEY.";
  }
  if (kept.path !== path) {
    return `The saved terraform plan was made in ${kept.path} and would be applied in ${path}. terraform writes paths into a plan, so give every instance the same GREENLIGHT_DATA and GREENLIGHT_WORKSPACE.`;
  }
  await writeOwn(workspace, own, kept.bytes, 0o600);
  return null;
}
