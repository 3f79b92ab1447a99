import { type Change, isEnded } from "#change/change.ts";
import type { StepKey } from "#change/journal.ts";
import type { RunSignals } from "#change/run-signals.ts";
import { createAssess } from "#execution/assess-bound.ts";
import { createExecutor, type Journal } from "#execution/executor.ts";
import { createLooks } from "#execution/looks.ts";
import { createEndOpenSteps } from "#execution/open-steps.ts";
import { createPreview } from "#execution/previews/preview.ts";
import type { RedactLine } from "#execution/process/line-buffer.ts";
import { createReadyStep } from "#execution/ready-step.ts";
import type { Seal } from "#execution/seal.ts";
import { createFindDifference, createWhyVoid } from "#execution/still-approved.ts";
import type { Identify } from "#execution/target-identity.ts";
import { removeChangeDir, sweepChangeDirs } from "#execution/workspace/scratch.ts";
import type { GraphDeps } from "#graph/deps.ts";
import { type At, between, nowhere } from "#observe/crash-points.ts";
import type { Redact } from "#redact/redact.ts";
import { findBoundPlan } from "#store/bound-plans.ts";
import { findChange } from "#store/changes.ts";
import type { RecordEvents } from "#store/events.ts";
import { findOpenAttempts } from "#store/journal.ts";
import type { Lease } from "#store/leases.ts";
import type { Database } from "#store/postgres/database.ts";
import type { IsCurrent } from "#threads/answering/decide.ts";
import { createRulesNow } from "#threads/answering/rules-now.ts";
import type { HeldWrites } from "#threads/running/held-writes.ts";
import { createEndAttempt, createStepJournal } from "#threads/running/step-journal.ts";
import type { CommandEnvironment } from "./command-environment.ts";
import { createSavedPlans } from "./saved-plans.ts";

/** What touches workspace, cluster and terraform: for the graph, for whoever decides, and to clean up behind a change. */
export type Execution = Pick<GraphDeps, "previewPlan" | "assess" | "whyVoid" | "runStep" | "endOpenSteps"> & {
  isCurrent: IsCurrent;
  cleanUp(changeId: string): Promise<void>;
  /** The same for changes that ended while this machine was not looking; says where a state terraform could not store still lies. */
  sweep(): Promise<string[]>;
};

/** A click waits for it, and the person with it. */
const CLICK_PATIENCE_MS = 20_000;

/** Puts together what touches workspace, cluster and terraform, with the rows it writes and the rules that hold at the moment. */
export function createExecution(parts: {
  database: Database;
  record: RecordEvents;
  leaseOf: (changeId: string) => Lease;
  signalsOf: (changeId: string) => RunSignals;
  leaseMs: number;
  held: HeldWrites;
  ground: CommandEnvironment;
  seal: Seal;
  identify: Identify;
  redact: Redact;
  redactLines: () => RedactLine;
  now: () => Date;
  at?: At;
}): Execution {
  const { database, held, redact, at = nowhere } = parts;
  const saved = createSavedPlans(database, parts.seal, parts.leaseOf);
  const ground = { ...parts.ground, openPackage: saved.openPackage };
  const { policy, box } = ground;
  const looks = createLooks({
    ground,
    policy,
    givenTo: ground.givenTo,
    box,
    identify: parts.identify,
    redact,
  });
  const keepPlan = between(at, "saved plan kept", saved.keepPlan);
  const rules = createRulesNow({ database, policy, now: parts.now });
  const needs = { ground, policy, looks, box, redact, ...saved, keepPlan, whyNot: rules.whyNotPreview };
  const assess = createAssess(needs);
  const whyVoid = createWhyVoid(needs);
  const journal = watchJournal(at, createStepJournal(parts));
  const findDifference = createFindDifference(needs);
  return {
    previewPlan: createPreview(needs),
    assess: async (changeId, plan, previews, bindings) =>
      rules.hold(changeId, await assess(changeId, plan, previews, bindings)),
    whyVoid: async (changeId, bound, signal) =>
      (await rules.whyFrozen(changeId, bound)) ?? (await whyVoid(changeId, bound, signal)),
    runStep: createExecutor({
      readyStep: createReadyStep(needs),
      policy,
      redactLines: parts.redactLines,
      keepErroredState: (key, state) =>
        held.until({ ...key, what: "a state terraform could not store" }, () =>
          needs.keepErroredState(key, state),
        ),
      journal,
      at,
    }),
    endOpenSteps: createEndOpenSteps({
      findOpen: (changeId) => findOpenAttempts(database, changeId),
      finished: between(at, (key) => `${backWord(key)}finished row`, createEndAttempt(parts)),
      keepErroredState: needs.keepErroredState,
      isStateKept: needs.isStateKept,
      signalsOf: parts.signalsOf,
      policy,
      box,
      dataDir: ground.dataDir,
    }),
    isCurrent: async (change: Change) => {
      const bound = await findBoundPlan(database, change.id);
      if (bound === null) return { ok: false, reason: "There is no plan to approve yet.", voids: false };
      const signal = AbortSignal.timeout(CLICK_PATIENCE_MS);
      const found = await findDifference(change.id, bound, signal);
      if (found === null) return { ok: true };
      const { reason, isCertain: voids } = found;
      return {
        ok: false,
        reason: voids ? `${reason} Ask again, so that it is planned anew.` : reason,
        voids,
      };
    },
    cleanUp: async (changeId) => void (await removeChangeDir(ground.dataDir, changeId)),
    sweep: async () => {
      const { kept } = await sweepChangeDirs(ground.dataDir, async (changeId) => {
        const change = await findChange(database, changeId);
        return change === null || isEnded(change.status);
      });
      return kept;
    },
  };
}

function watchJournal(at: At, journal: Journal): Journal {
  if (at === nowhere) return journal;
  const intend = between(at, (key) => `${backWord(key)}intent`, journal.intend);
  return {
    intend: async (key, ...given) => {
      const attempt = await intend(key, ...given);
      const back = backWord(key);
      return attempt === null
        ? null
        : {
            ...attempt,
            started: between(at, `${back}started row`, attempt.started),
            lines: between(at, "log lines", attempt.lines),
            finished: between(at, `${back}finished row`, attempt.finished),
          };
    },
  };
}

function backWord({ direction }: StepKey): "rollback " | "" {
  return direction === "rollback" ? "rollback " : "";
}
