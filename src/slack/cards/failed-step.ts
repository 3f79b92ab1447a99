import type { Change } from "#change/change.ts";
import { unfolded } from "#change/folded.ts";
import type { StepRecord } from "#change/journal.ts";
import { bold, type Part, paragraph, said } from "#slack/text/blocks.ts";
import { cutMiddle, visible } from "#slack/text/text.ts";

const ERROR_CHARS = 600;

/** Why the last step that failed did, as the journal has it: the Reviewer's notes are a model's words. Nothing where none failed. */
export function failedStepParts(change: Change, steps: readonly StepRecord[]): Part[] {
  const failed = steps.findLast(
    ({ revision, outcome, error }) => revision === change.revision && outcome === "failed" && error !== null,
  );
  if (failed === undefined || failed.error === null) return [];
  const which = failed.direction === "rollback" ? `Taking back step ${failed.step}` : `Step ${failed.step}`;
  return [
    paragraph(bold(`${which} failed: `), said(cutMiddle(visible(unfolded(failed.error)), ERROR_CHARS))),
  ];
}
