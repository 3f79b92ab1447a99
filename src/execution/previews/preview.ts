import { relative } from "node:path";
import { endSentence } from "#change/folded.ts";
import type { Plan, Step } from "#change/plan.ts";
import { argvOf } from "#change/plan.ts";
import type { AnsweredQuestion } from "#change/planning/question.ts";
import type { Bindings, Preview, PreviewedPlan } from "#change/preview.ts";
import { keepPlanned } from "#execution/applies/kept-planned.ts";
import type { ExecutionDeps } from "#execution/deps.ts";
import { refuseMissing } from "#execution/environment-error.ts";
import { kubectlTargets, shownTarget } from "#execution/kubectl-identity.ts";
import { namePlan } from "#execution/name-plan.ts";
import { amongEarlier, type EarlierStates } from "#execution/objects/among-earlier.ts";
import { keepStates } from "#execution/objects/kept-states.ts";
import { endOrphansOf } from "#execution/process/orphan.ts";
import { stopTerraform, thisMachine } from "#execution/process/process-group.ts";
import { planRollbacks, type Rollbacks } from "#execution/rollbacks/plan-rollbacks.ts";
import type { WorkspaceCopy, WorkspaceDeps } from "#execution/workspace/copy.ts";
import { openJudged } from "#execution/workspace/open-judged.ts";
import { removeOwn } from "#execution/workspace/own-files.ts";
import { changeDirOf, mayHaveRun } from "#execution/workspace/scratch.ts";
import { onlyFetches, runsSavedPlan } from "#execution/workspace/terraform-files.ts";
import { judge } from "#policy/judge.ts";
import { readKubectl } from "#policy/kubectl/line.ts";
import { withAllowedBack, withoutTerraformBack } from "./allowed-back.ts";
import { changesOnlyItsTarget, targetKey } from "./complete-step.ts";
import { previewKubectl } from "./kubectl.ts";
import { remembering } from "./look.ts";
import { restingOn, unlessMadeBefore } from "./resting-on.ts";
import { previewTerraform } from "./terraform.ts";

/** A step that creates, deletes or runs terraform may change whatever a later one names. */
const ANYTHING = "anything";

/** A plan that is asked to stop gives its lock back; killed, it leaves it behind. */
const LEFT_GRACE_SECONDS = 30;

/** What the preview of a plan is given. */
export type PreviewDeps = WorkspaceDeps &
  Pick<
    ExecutionDeps,
    | "policy"
    | "looks"
    | "box"
    | "redact"
    | "keepPlan"
    | "keepPlanText"
    | "keepStates"
    | "keepPackage"
    | "whyNotPreview"
  >;

type Previewed = {
  steps: Step[];
  previews: Preview[];
  savedPlans: Bindings["savedPlans"];
  states: NonNullable<Bindings["states"]>;
  earlier: EarlierStates;
  rollbacks: Rollbacks;
  targets: string[];
  /** What the steps so far change; ANYTHING when one of them may change more than the target it names. */
  changed: Set<string>;
};

type Refusal = Pick<Extract<PreviewedPlan, { ok: false }>, "reason" | "isFinal">;

/** A plan that is to be previewed, with what its requester has answered. */
export type PlanToPreview = {
  changeId: string;
  revision: number;
  plan: Plan;
  answers: readonly AnsweredQuestion[];
};

/**
 * Judges a plan with the files it reads, copies those, and looks at each step that would change something. Nothing it runs
 * changes anything but this change's own directories.
 */
export function previewPlan(
  deps: PreviewDeps,
  asked: PlanToPreview,
  signal: AbortSignal,
): Promise<PreviewedPlan> {
  const plan = withoutTerraformBack(asked.plan);
  return refuseMissing(() => preview(deps, { ...asked, plan }, signal));
}

async function preview(deps: PreviewDeps, asked: PlanToPreview, signal: AbortSignal): Promise<PreviewedPlan> {
  const { looks } = deps;
  const { changeId, revision, answers } = asked;
  await endLeft(deps, changeId, signal);
  const named = await namePlan(deps, { changeId, signal }, asked.plan, answers);
  if (!named.ok) return named;
  const { plan } = named;
  const opened = await openJudged(deps, { changeId, revision, signal }, plan);
  if (!opened.ok) return opened;
  const { copy, facts } = opened;
  const reason = await readyRoots(deps, copy, plan, signal);
  // Its files are the workspace's, and so is what it fetches.
  if (reason !== null) return { ok: false, reason, isFinal: true };
  const clustersBefore = await kubectlTargets(plan, looks.kubeconfig(changeId, signal));
  const seen: Previewed = {
    steps: [],
    previews: [],
    savedPlans: [],
    states: [],
    earlier: [],
    rollbacks: planRollbacks(deps.policy),
    targets: [],
    changed: new Set(),
  };
  const look = remembering(looks.kubectl(copy, signal));
  const once = { ...deps, looks: { ...looks, kubectl: () => look } };
  for (const step of plan.plan) {
    const refusal = await previewStep(once, { changeId, revision }, copy, step, seen, signal);
    if (refusal !== null) return { ok: false, ...refusal };
  }
  const finished = seen.rollbacks.finish(seen.steps, seen.previews);
  const { made } = finished;
  const completed = { ...plan, plan: finished.steps };
  const clusters = await kubectlTargets(completed, looks.kubeconfig(changeId, signal));
  if (clusters.some((cluster) => !clustersBefore.includes(cluster))) {
    const reason = "The kubeconfig has changed while the plan was looked at. Ask again.";
    return { ok: false, reason, isFinal: true };
  }
  const targets = [...clusters, ...seen.targets];
  const shown = restingOn(finished.previews);
  const { savedPlans, states } = seen;
  const bindings = {
    policy: deps.policy.hash,
    files: copy.bound,
    savedPlans,
    states,
    ...(made.length === 0 ? {} : { made }),
    targets,
    ...(shown.length === 0 ? {} : { shown }),
  };
  const previews = withFacts(finished.previews, [
    ...facts,
    ...targets.map((target) => `This plan runs in: ${deps.redact(shownTarget(target))}`),
  ]);
  return { ok: true, plan: completed, previews, bindings };
}

/**
 * Ends what was looking where an instance died: a plan of terraform goes on, and holds the lock that the next one needs. For
 * a change that has run nothing here nothing is looked for: the environment of every process of the machine is read for it
 * (35 ms of CPU with 400 of them).
 */
async function endLeft({ dataDir, box }: PreviewDeps, changeId: string, signal: AbortSignal): Promise<void> {
  const own = changeDirOf(dataDir, changeId);
  if (!(await mayHaveRun(own))) return;
  const stop = stopTerraform(LEFT_GRACE_SECONDS);
  await endOrphansOf(own, await thisMachine(), stop, signal, () => box.findLeft(changeId));
}

/**
 * Says where the plan runs, and which modules were fetched for it, with the first step that is looked at: a command that
 * names no context does not say it.
 */
function withFacts(previews: readonly Preview[], facts: readonly string[]): Preview[] {
  return previews.map((preview, index) =>
    index === 0 ? { ...preview, facts: [...preview.facts, ...facts] } : preview,
  );
}

/** `terraform init` in every root the plan names, run by the program. */
async function readyRoots(
  deps: PreviewDeps,
  copy: WorkspaceCopy,
  plan: Plan,
  signal: AbortSignal,
): Promise<string | null> {
  for (const step of plan.plan) {
    const reason = await deps.looks.readyRoot(copy, step, signal);
    if (reason !== null) return deps.redact(endSentence(`Step ${step.step}: ${reason}`));
  }
  return null;
}

/** Adds one step to what was seen; returns why the change cannot go on, or null. */
async function previewStep(
  deps: PreviewDeps,
  owner: { changeId: string; revision: number },
  copy: WorkspaceCopy,
  step: Step,
  seen: Previewed,
  signal: AbortSignal,
): Promise<Refusal | null> {
  const verdict = judge(step, deps.policy, copy.files);
  if (verdict.decision === "deny") {
    const why = verdict.reasons.join("; ");
    return { reason: `Policy refuses step ${step.step}, ${argvOf(step).join(" ")}: ${why}.` };
  }
  if (verdict.risk === "low") {
    seen.steps.push(step);
    return null;
  }
  if (step.tool === "kubectl") {
    const read = readKubectl(step.args);
    if (!read.ok) return { reason: `Step ${step.step} cannot be read: ${read.reason}.` };
    const key = targetKey(read.line);
    const isBeforeChange = seen.changed.has(key) || seen.changed.has(ANYTHING);
    const looked = await previewKubectl(
      step,
      read.line,
      isBeforeChange,
      deps.looks.kubectl(copy, signal),
      deps.redact,
      (own, states) => seen.rollbacks.next({ step: own, line: read.line, states, verdict }),
    );
    if (!looked.ok) return looked;
    const kept = withAllowedBack(looked, deps.policy, copy.files);
    seen.steps.push(kept.step);
    seen.previews.push(unlessMadeBefore(kept.preview, kept.step, seen.previews));
    const states = amongEarlier(looked.states, read.line, seen.earlier);
    seen.states.push(...(await keepStates(deps, { ...owner, step: step.step }, states)));
    noteChanged(seen, kept.preview, changesOnlyItsTarget(read.line) ? key : ANYTHING);
    return null;
  }
  const isBeforeChange = seen.changed.size > 0;
  if (!runsSavedPlan(step)) {
    if (!onlyFetches(step)) seen.changed.add(ANYTHING);
    seen.steps.push(step);
    return null;
  }
  const terraform = deps.looks.terraform(copy, step, signal);
  const saved = await previewTerraform(step, isBeforeChange, terraform, deps.redact);
  if (!saved.ok) return saved;
  noteChanged(seen, saved.preview, ANYTHING);
  const { bytes, sha256, path } = saved.plan;
  await deps.keepPlan({ ...owner, step: step.step }, { bytes, sha256, path });
  await deps.keepPlanText(owner, { ...saved.text, step: step.step });
  seen.states.push(...(await keepPlanned(deps, { ...owner, step: step.step }, saved.planned)));
  // It holds secrets in clear text; from here on it is on disk only while it is applied.
  await removeOwn(copy.dir.workspace, relative(copy.dir.workspace, path));
  seen.steps.push(saved.step);
  seen.previews.push(saved.preview);
  seen.savedPlans.push({ step: step.step, sha256 });
  seen.targets.push(saved.target);
  return null;
}

/** What a step changes is another one when later steps run; one that changes nothing leaves their looks true. */
function noteChanged(seen: Previewed, { changesNothing }: Preview, what: string): void {
  if (changesNothing !== true) seen.changed.add(what);
}
