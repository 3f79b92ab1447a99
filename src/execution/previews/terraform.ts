import { join, relative } from "node:path";
import { z } from "zod";
import { withFolded } from "#change/folded.ts";
import type { Step } from "#change/plan.ts";
import type { PlanText } from "#change/plan-text.ts";
import type { Preview } from "#change/preview.ts";
import { type PlannedApply, readPlanned } from "#execution/applies/planned.ts";
import type { Captured } from "#execution/process/capture.ts";
import { tellTerraform } from "#execution/reasons/tell.ts";
import { readOwn, removeOwn, writeOwn } from "#execution/workspace/own-files.ts";
import { sha256Of } from "#execution/workspace/snapshot.ts";
import { planFileOf, readRootCommand } from "#execution/workspace/terraform-files.ts";
import type { Redact } from "#redact/redact.ts";
import { ALREADY_SO } from "./nothing.ts";
import { planTextOf } from "./plan-text.ts";
import { plannedRows } from "./planned-rows.ts";
import { maskSensitive } from "./sensitive-values.ts";
import { type PlanSummary, plansNothing, readPlanJson } from "./terraform-plan.ts";

/** Runs terraform in the step's directory, and returns what it printed. */
export type Terraform = (args: readonly string[]) => Promise<Captured>;

/** A step that applies exactly one saved plan, with the plan's bytes, and where it applies. */
export type SavedStep =
  | {
      ok: true;
      step: Step;
      preview: Preview;
      plan: { bytes: Buffer; sha256: string; path: string };
      /** terraform's own text of it, redacted. */
      text: Omit<PlanText, "step">;
      planned: PlannedApply;
      target: string;
    }
  | { ok: false; reason: string; isFinal?: true };

const MAX_ROWS = 60;
/** Flags of an apply that a plan does not take, or that are given to it here. */
const APPLY_ONLY = new Set(["-auto-approve", "-input", "-no-color", "-compact-warnings", "-destroy"]);

/**
 * Plans an apply or destroy, and turns the step into one that applies exactly the saved plan. There is no way back by
 * itself: taking an apply back is another apply, with a plan and an approval of its own.
 */
export async function previewTerraform(
  step: Step,
  isBeforeChange: boolean,
  place: { workspace: string; dir: string; terraform: Terraform },
  redact: Redact,
): Promise<SavedStep> {
  const { terraform } = place;
  const no = (what: string, found: Captured): SavedStep => {
    const { why, words, isAway } = tellTerraform(found, redact);
    const reason = `Step ${step.step}: ${what} in ${where(step.dir)} failed. ${why}`;
    return {
      ok: false,
      reason: withFolded(reason, "terraform", words),
      ...(isAway ? { isFinal: true } : {}),
    };
  };
  const read = readRootCommand(step);
  if (read === null)
    return { ok: false, reason: `Step ${step.step} is no terraform command that can be planned.` };
  const { line, root } = read;
  if (line.operands.length > 0) {
    return {
      ok: false,
      reason: `Step ${step.step} applies a plan of its own, ${line.operands.join(" ")}. Greenlight makes the saved plan itself: plan an apply without one.`,
    };
  }
  const file = planFileOf(step.step);
  const own = join(relative(place.workspace, place.dir), file);
  await removeOwn(place.workspace, own);
  const kept = [...line.flags].filter(([name]) => !APPLY_ONLY.has(name));
  const flags = kept.flatMap(([name, values]) => values.map((value) => `${name}=${value}`));
  const destroys = line.verb === "destroy" || line.flags.get("-destroy")?.[0] === "true";
  const asked = [...(destroys ? ["-destroy"] : []), ...flags];
  const planned = await terraform(["plan", "-input=false", "-no-color", `-out=${file}`, ...asked]);
  if (planned.exitCode !== 0) return no("terraform plan", planned);
  const bytes = await readOwn(place.workspace, own);
  const shown = await terraform(["show", "-json", file]);
  // Not beside it: a command that reads gets a copy of a local state, and the two would make it at once.
  const told = await terraform(["show", "-no-color", file]);
  const unread = [shown, told].find(({ exitCode }) => exitCode !== 0);
  // What it printed until then is the plan with its secrets.
  if (unread !== undefined) return no("reading the saved plan", { ...unread, stdout: "" });
  const summary = readSummary(shown.stdout);
  if (summary === null) {
    return {
      ok: false,
      reason: `Step ${step.step}: the saved plan cannot be shown in full, so it cannot be approved.`,
    };
  }
  const identity = await readIdentity(terraform);
  if (!identity.ok) return no(identity.what, identity.found);
  const path = join(place.dir, file);
  if (bytes === null)
    return {
      ok: false,
      reason: `Step ${step.step}: terraform plan ended well, and its saved plan is not there.`,
    };
  // What was shown is what was read before: showing runs the providers, which can write there.
  if ((await readOwn(place.workspace, own))?.equals(bytes) !== true)
    return { ok: false, reason: `Step ${step.step}: the saved plan was exchanged while it was shown.` };
  // terraform writes it for everybody to read, and it holds sensitive values in clear text.
  await writeOwn(place.workspace, own, bytes, 0o600);
  const args = ["apply", "-input=false", "-no-color", file];
  const mask = maskSensitive(shown.stdout);
  const hide: Redact = (words) => redact(mask(words));
  const text = planTextOf(told.stdout, hide);
  return {
    ok: true,
    step: { ...step, args, dir: root, rollback: null },
    preview: {
      ...toPreview({ step: step.step, isBeforeChange, asked }, summary, hide),
      planText: { lines: text.text.split("\n").length + text.omitted, omitted: text.omitted },
    },
    text,
    plan: { bytes, sha256: sha256Of(bytes), path },
    planned: { flags: asked, resources: readPlanned(shown.stdout) },
    target: `terraform ${where(root)}: ${identity.text}`,
  };
}

/** Which state it applies to. The state itself may hold secrets: only its lineage and serial are looked at. */
async function readIdentity(
  terraform: Terraform,
): Promise<{ ok: true; text: string } | { ok: false; what: string; found: Captured }> {
  const workspace = await terraform(["workspace", "show"]);
  if (workspace.exitCode !== 0) return { ok: false, what: "terraform workspace show", found: workspace };
  const state = await terraform(["state", "pull"]);
  if (state.exitCode !== 0)
    return { ok: false, what: "reading the state's serial", found: { ...state, stdout: "" } };
  const name = workspace.stdout.trim();
  if (state.stdout.trim() === "") return { ok: true, text: `workspace ${name}, no state yet` };
  const { lineage, serial } = z
    .object({ lineage: z.string(), serial: z.int() })
    .parse(JSON.parse(state.stdout));
  return { ok: true, text: `workspace ${name}, lineage ${lineage}, serial ${serial}` };
}

function readSummary(json: string): PlanSummary | null {
  try {
    return readPlanJson(json);
  } catch {
    // Another format, an errored plan, actions nobody can show: its text may hold secrets and is not quoted.
    return null;
  }
}

/** `asked`: the flags it was planned with, which the apply of the saved plan does not show any more. */
function toPreview(
  { step, isBeforeChange, asked }: { step: number; isBeforeChange: boolean; asked: readonly string[] },
  plan: PlanSummary,
  redact: Redact,
): Preview {
  const rows = plannedRows(plan.resources, redact);
  const { create, update, replace, destroy, forget } = plan.counts;
  const gone = replace + destroy + forget;
  const isNothing = !isBeforeChange && plansNothing(plan);
  const more = [
    ...(forget > 0 ? [`${forget} to forget`] : []),
    ...(plan.imported > 0 ? [`${plan.imported} to import`] : []),
    ...(plan.moved > 0 ? [`${plan.moved} only to be renamed`] : []),
    ...(plan.outputsChanged > 0
      ? [`${plan.outputsChanged} ${plan.outputsChanged === 1 ? "output" : "outputs"} to change`]
      : []),
  ];
  const counts = [
    `${create} to create`,
    `${update} to update`,
    `${replace} to replace`,
    `${destroy} to destroy`,
    ...more,
  ];
  return {
    step,
    isBeforeChange,
    facts: [
      `Saved plan: ${counts.join(", ")}`,
      ...(isNothing ? [ALREADY_SO] : []),
      ...asked.map((flag) => `Planned with ${redact(flag)}`),
      ...(plan.isComplete
        ? []
        : ["It does not cover the whole root: it is narrowed to targets, or the rest needs another run"]),
      "Exactly this plan is applied; if the state has changed by then, terraform refuses it",
    ],
    rows: rows.slice(0, MAX_ROWS),
    omitted: Math.max(0, rows.length - MAX_ROWS),
    risk: gone > 0 ? "high" : "low",
    reasons: gone > 0 ? [`the plan destroys, replaces or forgets ${gone} of what is there`] : [],
    ...(isNothing ? { changesNothing: true } : {}),
  };
}

function where(root: string): string {
  return root === "" ? "the workspace's root" : root;
}
