import type { Change } from "#change/change.ts";
import { unfolded } from "#change/folded.ts";
import type { StepRecord } from "#change/journal.ts";
import { bold, type Part, paragraph, said } from "#slack/text/blocks.ts";
import { cutMiddle, visible } from "#slack/text/text.ts";

const ERROR_CHARS = 600;

/**
 * Why the last step that failed did, as the journal has it: the Reviewer's notes are a model's words. Where none failed, what
 * is said of one that is done by what was seen, since its answer was lost. Else nothing.
 */
export function failedStepParts(change: Change, steps: readonly StepRecord[]): Part[] {
  const mine = steps.filter(({ revision, error }) => revision === change.revision && error !== null);
  const failed = mine.findLast(({ outcome }) => outcome === "failed");
  const told = failed ?? mine.findLast(({ outcome, settledBy }) => outcome === "done" && settledBy === null);
  if (told === undefined || told.error === null) return [];
  const which = told.direction === "rollback" ? `Taking back step ${told.step}` : `Step ${told.step}`;
  const ended = told.outcome === "failed" ? " failed" : "";
  return [paragraph(bold(`${which}${ended}: `), said(cutMiddle(visible(unfolded(told.error)), ERROR_CHARS)))];
}
