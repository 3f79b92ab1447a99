import { type Change, isEnded } from "#change/change.ts";
import type { ExecutionDeps, Journal } from "#execution/deps.ts";
import { createLooks } from "#execution/looks.ts";
import { prefixOf } from "#execution/run-step.ts";
import { type Difference, findDifference } from "#execution/still-approved.ts";
import { sweepChangeDirs } from "#execution/workspace/scratch.ts";
import { type At, between, nowhere } from "#observe/crash-points.ts";
import { findChange } from "#store/changes.ts";
import { findBoundPlan } from "#store/plans.ts";
import { whyNotPreview } from "#threads/answering/rules-now.ts";
import { createStepJournal } from "#threads/running/step-journal.ts";
import type { Parts } from "./parts.ts";
import { createSavedFiles } from "./saved-files.ts";

/** What execution is given: where commands run, the rules, and the rows it writes. */
export function openExecution(parts: Parts): ExecutionDeps {
  const { commands, policy, redact, redactLines, signalsOf, settle, now, at } = parts;
  const { workspace, dataDir, box, givenTo } = commands;
  const saved = createSavedFiles(parts);
  const where = { workspace, dataDir, openPackage: saved.openPackage };
  return {
    ...{ ...where, ...saved, policy, box, redact, redactLines, signalsOf, settle, now, at },
    looks: createLooks({ ...where, policy, givenTo, box, identify: parts.identify, redact }),
    keepPlan: between(at, "saved plan kept", saved.keepPlan),
    journal: watchJournal(at, createStepJournal(parts)),
    whyNotPreview: (changeId, plan, assessment) => whyNotPreview(parts, changeId, plan, assessment),
  };
}

/** A click waits for it, and the person with it. */
const CLICK_PATIENCE_MS = 20_000;

/** What differs between what is asked about and what would run now: for a click. */
export async function differenceAtClick(
  { database }: Parts,
  execution: ExecutionDeps,
  change: Change,
): Promise<Difference | null> {
  const bound = await findBoundPlan(database, change.id);
  if (bound === null) return { reason: "There is no plan to approve yet.", isCertain: false };
  const approved = { changeId: change.id, bound, wayBack: null };
  return findDifference(execution, approved, AbortSignal.timeout(CLICK_PATIENCE_MS));
}

/** Removes what changes have here that ended while this machine was not looking, and warns of states terraform could not store. */
export async function sweepEnded({ database, commands, log }: Parts): Promise<void> {
  const { kept } = await sweepChangeDirs(commands.dataDir, async (changeId) => {
    const change = await findChange(database, changeId);
    return change === null || isEnded(change.status);
  });
  if (kept.length === 0) return;
  // Nobody else knows: whoever carried the change on was on another machine, or could not keep it.
  log.warn(
    { left: kept },
    "Terraform could not store its state, and the only copy lies here in clear text (errored.tfstate). Push it with terraform state push, then remove the directory.",
  );
}

function watchJournal(at: At, journal: Journal): Journal {
  if (at === nowhere) return journal;
  const intend = between(at, (key) => `${prefixOf(key)}intent`, journal.intend);
  return {
    ...journal,
    finishOpen: between(at, (key) => `${prefixOf(key)}finished row`, journal.finishOpen),
    intend: async (key, ...given) => {
      const attempt = await intend(key, ...given);
      const prefix = prefixOf(key);
      return attempt === null
        ? null
        : {
            ...attempt,
            started: between(at, `${prefix}started row`, attempt.started),
            lines: between(at, "log lines", attempt.lines),
            finished: between(at, `${prefix}finished row`, attempt.finished),
          };
    },
  };
}
