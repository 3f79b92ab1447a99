import type { Change } from "#change/change.ts";
import type { Preview } from "#change/preview.ts";
import { bold, bullets, type Part, paragraph, said } from "#slack/text/blocks.ts";
import { count, cutMiddle } from "#slack/text/text.ts";
import { chunksOf, onePlainLine, rowLine } from "./before-after.ts";

/** One line of a list; an address or a value of 160 characters fits. */
const LINE_CHARS = 400;
/** A list of this size stands in a block with room for the step's title. */
const LIST_CHARS = 1_500;

/**
 * What one step would change, as it was seen before anybody was asked; nothing for a step that was not looked at.
 * `rows` false: they stand in the card's table.
 */
export function previewParts(change: Change, step: number, rows: boolean): Part[] {
  const preview = change.previews.find((one) => one.step === step);
  if (preview === undefined) return [];
  const what = rows ? "What it would change" : "Seen beforehand";
  const title = preview.isBeforeChange ? `${what}, before the earlier steps` : what;
  const rest = preview.omitted === 0 ? [] : [`and ${preview.omitted} more`];
  const own = [
    ...preview.facts,
    ...wholePlan(change, preview),
    ...(rows ? preview.rows.map(rowLine) : []),
    ...rest,
    ...preview.reasons,
  ];
  const lines = own.map((line) => cutMiddle(onePlainLine(line), LINE_CHARS));
  if (lines.length === 0) return [];
  const listed = chunksOf(lines, LIST_CHARS).map((chunk) => bullets(chunk.map((line) => [said(line)])));
  return [paragraph(bold(`${title}:`)), ...listed];
}

/** Where the whole of it is: the card and the forms show its values, cut. */
function wholePlan({ home, id }: Change, { planText, changesNothing }: Preview): string[] {
  if (planText === undefined) return [];
  const { lines, omitted } = planText;
  const size = `${count(lines)} lines${omitted === 0 ? "" : `, the last ${count(omitted)} of them not kept`}`;
  const isPosted = home !== null && changesNothing !== true;
  const where = isPosted ? "in the card's thread, as a file" : `by API: GET /infra-change/${id}/plan-text`;
  return [`The whole plan as terraform words it (${size}) is ${where}`];
}
