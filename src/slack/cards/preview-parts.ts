import type { Change } from "#change/change.ts";
import type { Preview } from "#change/preview.ts";
import { titleTellsAll } from "#change/titles/title.ts";
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
  return listedParts(title, [
    ...preview.facts,
    ...wholePlan(change, preview),
    ...(rows ? preview.rows.map(rowLine) : []),
    ...rest,
    ...preview.reasons,
  ]);
}

/**
 * The same for a card, without what stands on it already: of an update how it is now, what a rollback goes back to, and the
 * context that every command names.
 */
export function briefPreviewParts(change: Change, step: number, rows: boolean): Part[] {
  const preview = change.previews.find((one) => one.step === step);
  if (preview === undefined) return [];
  const told = toldElsewhere(change, preview);
  const facts = preview.facts.filter((fact) => !told.some((one) => one.test(fact)));
  const isInTitle = titleTellsAll(change);
  const shown = { ...preview, facts, rows: isInTitle ? [] : preview.rows };
  const previews = [...change.previews.filter((one) => one !== preview), shown];
  return previewParts({ ...change, previews }, step, rows);
}

/** By their words: what is worded otherwise is shown once more than it has to be, and never once less. */
function toldElsewhere(change: Change, { rows }: Preview): RegExp[] {
  const steps = change.plan?.plan ?? [];
  const isUpdate = rows.length > 0 && rows.every(({ action }) => action === "update");
  const namesContext = steps.every(
    ({ tool, args }) => tool !== "kubectl" || args.some((word) => word.startsWith("--context=")),
  );
  return [
    ...(isUpdate ? [/^[\w.]+\/\S+ now: /u] : []),
    /^It scales only if there are still \d+; the way back is to the \d+ seen now$/u,
    /^The way back is to (?:the image seen now|what is set now|revision \d+, the one seen now)$/u,
    ...(namesContext ? [/^This plan runs in: kubectl, context /u] : []),
  ];
}

function listedParts(title: string, own: readonly string[]): Part[] {
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
