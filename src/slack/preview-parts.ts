import type { Change } from "../change/change.ts";
import type { Preview, PreviewRow } from "../change/preview.ts";
import { bold, bullets, type Part, paragraph, said } from "./blocks.ts";
import { cutMiddle, visible } from "./text.ts";

/** One line of a list; an address or a value of 160 characters fits. */
const LINE_CHARS = 400;
/** A list of this size stands in a block with room for the step's title. */
const LIST_CHARS = 1_500;

/** What one step would change, as it was seen before anybody was asked; nothing for a step that was not looked at. */
export function previewParts(change: Change, step: number): Part[] {
  const preview = change.previews.find((one) => one.step === step);
  if (preview === undefined) return [];
  const title = preview.isBeforeChange
    ? "What it would change, seen before the earlier steps"
    : "What it would change";
  const lines = linesOf(preview);
  return lines.length === 0 ? [] : [paragraph(bold(`${title}:`)), ...lists(lines)];
}

function linesOf(preview: Preview): string[] {
  const rest = preview.omitted === 0 ? [] : [`and ${preview.omitted} more`];
  return [...preview.facts, ...preview.rows.map(rowLine), ...rest, ...preview.reasons].map((line) =>
    cutMiddle(onePlainLine(line), LINE_CHARS),
  );
}

/** A value of the cluster may hold line feeds, and what follows one would stand there as a line of ours. */
function onePlainLine(text: string): string {
  return visible(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

function rowLine({ target, action, before, after }: PreviewRow): string {
  if (action !== "update")
    return after === null ? `${action} ${target}` : `${action} ${target}, because ${after}`;
  if (before === null && after === null) return `update ${target}`;
  return `${target}: ${before ?? "nothing"} → ${after ?? "nothing"}`;
}

function lists(lines: string[]): Part[] {
  const parts: Part[] = [];
  let open: string[] = [];
  for (const line of lines) {
    if (open.length > 0 && [...open, line].join("").length > LIST_CHARS) {
      parts.push(bullets(open.map((one) => [said(one)])));
      open = [];
    }
    open.push(line);
  }
  return [...parts, bullets(open.map((one) => [said(one)]))];
}
