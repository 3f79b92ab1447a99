import { relative } from "node:path";
import { endSentence } from "#change/folded.ts";
import type { Plan, Step } from "#change/plan.ts";
import { argvOf } from "#change/plan.ts";
import type { Bindings, Preview } from "#change/preview.ts";
import type { AnsweredQuestion, Question } from "#change/question.ts";
import type { Box } from "#execution/box/box.ts";
import { refuseMissing } from "#execution/environment-error.ts";
import { kubectlTargets, shownTarget } from "#execution/kubectl-identity.ts";
import type { Looks } from "#execution/looks.ts";
import { namePlan } from "#execution/name-plan.ts";
import { endOrphansOf } from "#execution/process/orphan.ts";
import { stopTerraform, thisMachine } from "#execution/process/process-group.ts";
import type { WorkspaceCopy, WorkspaceDeps } from "#execution/workspace/copy.ts";
import { type KeepPackage, openJudged, type WhyNotPreview } from "#execution/workspace/open-judged.ts";
import { removeOwn } from "#execution/workspace/own-files.ts";
import { changeDirOf, mayHaveRun } from "#execution/workspace/scratch.ts";
import { onlyFetches, runsSavedPlan } from "#execution/workspace/terraform-files.ts";
import type { Policy } from "#policy/document.ts";
import { judge } from "#policy/judge.ts";
import { readKubectl } from "#policy/kubectl/line.ts";
import type { Redact } from "#redact/redact.ts";
import { withAllowedBack } from "./allowed-back.ts";
import { changesOnlyItsTarget, targetKey } from "./complete-step.ts";
import { previewKubectl } from "./kubectl.ts";
import { previewTerraform } from "./terraform.ts";

/** A plan as it would really run, with what was seen of its effects, or why it cannot be shown: `questions` have to be answered first. */
export type PreviewedPlan =
  | { ok: true; plan: Plan; previews: Preview[]; bindings: Bindings }
  | { ok: false; reason: string; questions?: Question[] };

/** A step that creates, deletes or runs terraform may change whatever a later one names. */
const ANYTHING = "anything";

/** A plan that is asked to stop gives its lock back; killed, it leaves it behind. */
const LEFT_GRACE_SECONDS = 30;

/** Keeps a saved plan so that any instance can run it, and nobody reads it. */
export type KeepPlan = (
  key: { changeId: string; revision: number; step: number },
  plan: { bytes: Buffer; sha256: string; path: string },
) => Promise<void>;

type Needs = {
  ground: WorkspaceDeps;
  policy: Policy;
  looks: Looks;
  box: Box;
  keepPlan: KeepPlan;
  keepPackage: KeepPackage;
  redact: Redact;
  whyNot: WhyNotPreview;
};
type Seen = {
  steps: Step[];
  previews: Preview[];
  savedPlans: Bindings["savedPlans"];
  targets: string[];
  /** What the steps so far change; ANYTHING when one of them may change more than the target it names. */
  changed: Set<string>;
};

/**
 * Makes the function behind previewChange: judges the plan with the files it reads, copies those, and looks at each step
 * that would change something. Nothing it runs changes anything but this change's own directories.
 */
export function createPreview(needs: Needs) {
  return (
    changeId: string,
    revision: number,
    given: Plan,
    signal: AbortSignal,
    answers: readonly AnsweredQuestion[] = [],
  ): Promise<PreviewedPlan> =>
    refuseMissing(() => preview(changeId, revision, withoutTerraformBack(given), signal, answers));

  async function preview(
    changeId: string,
    revision: number,
    given: Plan,
    signal: AbortSignal,
    answers: readonly AnsweredQuestion[],
  ): Promise<PreviewedPlan> {
    const { looks } = needs;
    await endLeft(needs, changeId, signal);
    const named = await namePlan(needs, { changeId, signal }, given, answers);
    if (!named.ok) return named;
    const { plan } = named;
    const opened = await openJudged(needs, { changeId, revision, signal }, plan);
    if (!opened.ok) return opened;
    const { copy, facts } = opened;
    const reason = await readyRoots(needs, copy, plan, signal);
    if (reason !== null) return { ok: false, reason };
    const clustersBefore = await kubectlTargets(plan, looks.kubeconfig(changeId, signal));
    const seen: Seen = { steps: [], previews: [], savedPlans: [], targets: [], changed: new Set() };
    for (const step of plan.plan) {
      const refusal = await previewStep(needs, { changeId, revision }, copy, step, seen, signal);
      if (refusal !== null) return { ok: false, reason: refusal };
    }
    const completed = { ...plan, plan: seen.steps };
    const clusters = await kubectlTargets(completed, looks.kubeconfig(changeId, signal));
    if (clusters.some((cluster) => !clustersBefore.includes(cluster))) {
      return { ok: false, reason: "The kubeconfig has changed while the plan was looked at. Ask again." };
    }
    const targets = [...clusters, ...seen.targets];
    const bindings = { files: copy.bound, savedPlans: seen.savedPlans, targets };
    const previews = withFacts(seen.previews, [
      ...facts,
      ...targets.map((target) => `This plan runs in: ${needs.redact(shownTarget(target))}`),
    ]);
    return { ok: true, plan: completed, previews, bindings };
  }
}

/**
 * Ends what was looking where an instance died: a plan of terraform goes on, and holds the lock that the next one needs. For
 * a change that has run nothing here nothing is looked for: the environment of every process of the machine is read for it
 * (35 ms of CPU with 400 of them).
 */
async function endLeft({ ground, box }: Needs, changeId: string, signal: AbortSignal): Promise<void> {
  const own = changeDirOf(ground.dataDir, changeId);
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

/** A way back by terraform would be an apply nobody saw a plan of, so there is none: it is a change of its own. */
function withoutTerraformBack(plan: Plan): Plan {
  const steps = plan.plan.map((step) =>
    step.tool === "terraform" || step.rollback?.tool === "terraform" ? { ...step, rollback: null } : step,
  );
  return { ...plan, plan: steps };
}

/** `terraform init` in every root the plan names, run by the program. */
async function readyRoots(
  needs: Needs,
  copy: WorkspaceCopy,
  plan: Plan,
  signal: AbortSignal,
): Promise<string | null> {
  for (const step of plan.plan) {
    const reason = await needs.looks.readyRoot(copy, step, signal);
    if (reason !== null) return needs.redact(endSentence(`Step ${step.step}: ${reason}`));
  }
  return null;
}

/** Adds one step to what was seen; returns why the change cannot go on, or null. */
async function previewStep(
  needs: Needs,
  owner: { changeId: string; revision: number },
  copy: WorkspaceCopy,
  step: Step,
  seen: Seen,
  signal: AbortSignal,
): Promise<string | null> {
  const verdict = judge(step, needs.policy, copy.files);
  if (verdict.decision === "deny") {
    return `Policy refuses step ${step.step}, ${argvOf(step).join(" ")}: ${verdict.reasons.join("; ")}.`;
  }
  if (verdict.risk === "low") {
    seen.steps.push(step);
    return null;
  }
  if (step.tool === "kubectl") {
    const read = readKubectl(step.args);
    if (!read.ok) return `Step ${step.step} cannot be read: ${read.reason}.`;
    const key = targetKey(read.line);
    const isBeforeChange = seen.changed.has(key) || seen.changed.has(ANYTHING);
    const looked = await previewKubectl(
      step,
      read.line,
      isBeforeChange,
      needs.looks.kubectl(copy, signal),
      needs.redact,
    );
    if (!looked.ok) return looked.reason;
    const kept = withAllowedBack(looked, needs.policy, copy.files);
    seen.steps.push(kept.step);
    seen.previews.push(kept.preview);
    seen.changed.add(changesOnlyItsTarget(read.line) ? key : ANYTHING);
    return null;
  }
  const isBeforeChange = seen.changed.size > 0;
  if (!onlyFetches(step)) seen.changed.add(ANYTHING);
  if (!runsSavedPlan(step)) {
    seen.steps.push(step);
    return null;
  }
  const terraform = needs.looks.terraform(copy, step, signal);
  const saved = await previewTerraform(step, isBeforeChange, terraform, needs.redact);
  if (!saved.ok) return saved.reason;
  const { bytes, sha256, path } = saved.plan;
  await needs.keepPlan({ ...owner, step: step.step }, { bytes, sha256, path });
  // It holds secrets in clear text; from here on it is on disk only while it is applied.
  await removeOwn(copy.dir.workspace, relative(copy.dir.workspace, path));
  seen.steps.push(saved.step);
  seen.previews.push(saved.preview);
  seen.savedPlans.push({ step: step.step, sha256 });
  seen.targets.push(saved.target);
  return null;
}
