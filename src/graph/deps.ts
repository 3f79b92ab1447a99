import type { Cancel } from "#change/cancel.ts";
import type { Fact } from "#change/fact.ts";
import type { LogExcerpt, StepEnd, StepKey, StepRecord } from "#change/journal.ts";
import type { Command, Plan, PlannerOutput, Step } from "#change/plan.ts";
import type { AnsweredQuestion } from "#change/planning/question.ts";
import type { RefusedPlan } from "#change/planning/refused-plan.ts";
import type { Bindings, BoundPlan, Preview, PreviewedPlan } from "#change/preview.ts";
import type { RunSignals } from "#change/run-signals.ts";
import type { Review, ReviewerOutput, ReviewResult } from "#change/verdict.ts";
import type { Assessment } from "#policy/assess.ts";
import type { Policy } from "#policy/document.ts";

/** An answer, or a sentence saying why there is none. `isLasting`: asking the same again brings the same. */
export type Answered<Answer> = { ok: true; answer: Answer } | { ok: false; reason: string; isLasting?: true };

/** What the Reviewer is told: the plan, its steps as they ended, what was read back, and which verdicts that leaves. */
export type ReviewedOutcome = {
  request: string;
  answers: readonly AnsweredQuestion[];
  requestedChanges: readonly string[];
  plan: Plan;
  steps: readonly { record: StepRecord; log: LogExcerpt }[];
  facts: readonly Fact[];
  may: readonly ReviewResult[];
};

/** What the Planner is given: the request, and what was said about it since. `previous` is the plan the last requested changes are about. */
export type PlanningInput = {
  /** Which plan of it this is to be: looks are counted by it. */
  revision: number;
  request: string;
  answers: readonly AnsweredQuestion[];
  requestedChanges: readonly string[];
  previous: Plan | null;
  /** The last plan of this revision that policy or preview refused, and why; null: none was. */
  refused: { plan: Plan; why: string } | null;
};

/** A plan that was assessed and may be asked about or run. */
export type PlannedChange = BoundPlan & {
  previews: Preview[];
  assessment: Extract<Assessment, { ok: true }>;
  /** False: it changes nothing, so no permission is written, whatever the policy lets run unattended. */
  mayRun: boolean;
};

/** One command of a step's rollback that Greenlight made, with the attempts of this revision. */
export type BackOf = {
  changeId: string;
  bound: BoundPlan;
  step: Step;
  command: Command;
  records: readonly StepRecord[];
};

/** Whether the object is as it was before the plan, as the plan left it, or another's by now, in a sentence. */
export type BackSeen = { kind: "as before" } | { kind: "ours" } | { kind: "other"; says: string };
export type BackRan = Exclude<BackSeen, { kind: "ours" }> | { kind: "ran"; end: StepEnd | null };

/** Everything the graph asks of the world. Each write fails once the change belongs to another instance. */
export type GraphDeps = {
  policy: Policy;
  /** How the run of a change is told to let go of it. */
  signalsOf(changeId: string): RunSignals;
  askPlanner(changeId: string, input: PlanningInput, signals: RunSignals): Promise<Answered<PlannerOutput>>;
  askReviewer(
    changeId: string,
    outcome: ReviewedOutcome,
    signals: RunSignals,
  ): Promise<Answered<ReviewerOutput>>;
  /** Says what is being done now, to the row and whoever looks at it. */
  report(changeId: string, status: "planning" | "running" | "reviewing" | "rolling_back"): Promise<void>;
  /** Says that a plan was refused and is made anew; said of the same one twice, it is said once. */
  reportRefused(changeId: string, refused: RefusedPlan): Promise<void>;
  /** Writes what a question was answered, and with which looks of its revision; said twice, it is said once. */
  recordAnswer(
    changeId: string,
    revision: number,
    answer: { text: string; restsOn: readonly number[] },
  ): Promise<void>;
  /** Judges the plan's words, looks at what it would change without changing it, and completes it from what is there. */
  previewPlan(
    changeId: string,
    revision: number,
    plan: Plan,
    signal: AbortSignal,
    answers: readonly AnsweredQuestion[],
  ): Promise<PreviewedPlan>;
  /** Judges the completed plan, with the files it reads. */
  assess(changeId: string, plan: Plan, previews: readonly Preview[], bindings: Bindings): Promise<Assessment>;
  /** Whether looks of the Planner stand behind any plan of it. */
  hasLooked(changeId: string): Promise<boolean>;
  /** Why what was approved is not what would run now, in a sentence, or null. */
  whyVoid(changeId: string, bound: BoundPlan, signal: AbortSignal): Promise<string | null>;
  /** Writes the assessed plan into the row; where policy asks for nobody, its permission too, in the same transaction. */
  recordPlan(changeId: string, planned: PlannedChange): Promise<void>;
  /** Reads back what the steps that are done left, until it stands as it should or the time for it is over. */
  readFacts(
    changeId: string,
    bound: BoundPlan,
    records: readonly StepRecord[],
    signals: RunSignals,
  ): Promise<{ facts: Fact[]; wasStopped: boolean }>;
  /** Holds what the plan touched against what stood before its first step. */
  readRestored: GraphDeps["readFacts"];
  /** Writes the verdict into the row. */
  recordReview(changeId: string, review: Review): Promise<void>;
  /** Whether a row permits exactly this revision and digest to run. Asked before every spawn (invariant 3). */
  isPermitted(changeId: string, revision: number, digest: string): Promise<boolean>;
  /** Who cancelled the change, or null. Asked before every spawn: after it nothing of the plan goes forward. */
  findCancel(changeId: string): Promise<Cancel | null>;
  /** Ends what a crash left running and writes `unknown` to every attempt without an end. Asked before anything else is run. */
  endOpenSteps(changeId: string): Promise<void>;
  /** Whether an approver has said of this very attempt that it did not happen, so that one more may run. Asked before it does. */
  mayRunAgain(key: StepKey, digest: string): Promise<boolean>;
  findSteps(changeId: string): Promise<StepRecord[]>;
  findLog(key: StepKey): Promise<LogExcerpt>;
  /** Looks at the object of one command of a rollback that Greenlight made, right before. */
  lookBack(back: BackOf, signal: AbortSignal): Promise<BackSeen>;
  /** The same, and where the object is as the plan left it, the attempt; `end` null when that exists already. */
  runBack(key: StepKey, back: BackOf, signals: RunSignals): Promise<BackRan>;
  /** Writes that an attempt whose end nobody saw took effect, because a look found it so. */
  settleSeen(key: StepKey): Promise<void>;
  /** Runs one attempt and journals it; null when the attempt exists already. */
  runStep(key: StepKey, command: Command, bound: BoundPlan, signals: RunSignals): Promise<StepEnd | null>;
};
