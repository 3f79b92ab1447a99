import type { types } from "@slack/bolt";
import type { Change } from "#change/change.ts";
import type { Step } from "#change/plan.ts";
import type { Preview, PreviewRow } from "#change/preview.ts";
import { stepNumbers } from "#change/step-numbers.ts";
import { bold, bullets, type Part, paragraph, rich, said } from "#slack/text/blocks.ts";
import { SLACK_LIMITS } from "#slack/text/limits.ts";
import type { Takes } from "#slack/text/rich-kinds.ts";
import { cutMiddle, visible } from "#slack/text/text.ts";

/** A value of the preview fits whole. */
const CELL_CHARS = 170;
const LINE_CHARS = 400;
/** Rows a table shows before somebody asks for more. */
const PAGE_ROWS = 8;
/** Slack takes a hundred; what has more stands with its steps. */
const MAX_ROWS = 100;

/** Whether one table holds the rows of all these looks. */
export function fitsTable(previews: readonly Preview[]): boolean {
  return previews.reduce((sum, { rows }) => sum + rows.length, 0) <= MAX_ROWS;
}

/** What is seen of these steps, in their order. */
export function looksAt(change: Change, steps: readonly Step[]): Preview[] {
  return steps.flatMap(({ step }) => change.previews.filter((preview) => preview.step === step));
}

/** What would become of what, before and after: a table where Slack takes one, a list elsewhere; nothing of what no table holds. */
export function beforeAfter(previews: readonly Preview[], words: string, takes: Takes): types.KnownBlock[] {
  const looks = previews.filter(({ rows }) => rows.length > 0);
  if (looks.length === 0 || !fitsTable(previews)) return [];
  const early = looks.filter(({ isBeforeChange }) => isBeforeChange).map(({ step }) => step);
  const title = [words, ...(early.length === 0 ? [] : [seenEarly(early)])].join(", ");
  return takes("data_table") ? [table(looks, title)] : lists(looks, title);
}

/** One row in one line: "Deployment/web replicas: 3 → 5". A value's own line feeds are shown, never followed. */
export function rowLine(row: PreviewRow): string {
  const { target, action, before, after } = row;
  const line =
    action !== "update"
      ? `${action} ${target}${after === null ? "" : `, because ${after}`}`
      : before === null && after === null
        ? `update ${target}`
        : `${target}: ${before ?? "nothing"} → ${after ?? "nothing"}`;
  return cutMiddle(onePlainLine(line), LINE_CHARS);
}

/** A value of the cluster may hold line feeds, and what follows one would stand there as a line of ours. */
export function onePlainLine(text: string): string {
  return visible(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

function seenEarly(steps: readonly number[]): string {
  return `${stepNumbers(steps)} seen before the earlier steps`;
}

function table(looks: readonly Preview[], caption: string): types.DataTableBlock {
  const isMany = looks.length > 1;
  const head = [...(isMany ? ["Step"] : []), "What", "Before", "After"].map(cell);
  const rows = looks.flatMap(({ step, rows }) =>
    rows.map((row) => [...(isMany ? [String(step)] : []), row.target, ...endsOf(row)].map(cell)),
  );
  return {
    type: "data_table",
    caption,
    page_size: PAGE_ROWS,
    row_header_column_index: isMany ? 1 : 0,
    rows: [head, ...rows],
  };
}

/** What stands before and after where nothing but a word says it. */
const endWords: Record<PreviewRow["action"], readonly [string, string]> = {
  update: ["there", "changed"],
  create: ["not there", "created"],
  destroy: ["there", "destroyed"],
  replace: ["there", "replaced"],
  restart: ["running", "restarted"],
  forget: ["managed", "forgotten"],
  import: ["not managed", "imported"],
};

/** The values of an update; of anything else the words, with the reason, which is what `after` holds there. */
function endsOf({ action, before, after }: PreviewRow): [string, string] {
  if (action === "update" && (before !== null || after !== null))
    return [before ?? "nothing", after ?? "nothing"];
  const [was, becomes] = endWords[action];
  return [was, after === null ? becomes : `${becomes}, because ${after}`];
}

function cell(text: string): types.RawTextElement {
  const shown = cutMiddle(onePlainLine(text), CELL_CHARS);
  return { type: "raw_text", text: shown.trim() === "" ? "(empty)" : shown };
}

/** Lists of lines, each block within Slack's limit. */
function lists(looks: readonly Preview[], title: string): types.RichTextBlock[] {
  const isMany = looks.length > 1;
  const lines = looks.flatMap(({ step, rows }) =>
    rows.map((row) => `${isMany ? `Step ${step}: ` : ""}${rowLine(row)}`),
  );
  const blocks: Part[][] = [[paragraph(bold(`${title}:`))]];
  for (const chunk of chunksOf(lines, SLACK_LIMITS.richText - 200))
    if (blocks[0]?.length === 1) blocks[0].push(bullets(chunk.map((line) => [said(line)])));
    else blocks.push([bullets(chunk.map((line) => [said(line)]))]);
  return blocks.map((parts) => rich(...parts));
}

/** Consecutive lines in groups of at most so many characters. */
export function chunksOf(lines: readonly string[], chars: number): string[][] {
  const chunks: string[][] = [];
  let open: string[] = [];
  for (const line of lines) {
    if (open.length > 0 && [...open, line].join("").length > chars) {
      chunks.push(open);
      open = [];
    }
    open.push(line);
  }
  return open.length === 0 ? chunks : [...chunks, open];
}
