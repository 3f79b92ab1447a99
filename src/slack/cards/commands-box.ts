import type { types } from "@slack/bolt";
import type { Change } from "#change/change.ts";
import type { Step } from "#change/plan.ts";
import { riskOfStep } from "#change/titles/step-risks.ts";
import { goesBack } from "#change/way-back.ts";
import { charsOf } from "#slack/text/blocks.ts";
import type { Takes } from "#slack/text/rich-kinds.ts";
import { briefStepBlocks } from "./plan-steps.ts";

/** What Slack takes in one container. */
const CONTAINER_BLOCKS = 10;
/** One step that is short enough stands open: its command and its way back are what an approver reads. */
const OPEN_CHARS = 700;

/**
 * Exact commands and ways back of these steps, in this order. Only steps of low risk are folded away, where Slack can fold and
 * they are long: what an approver has to read stands open.
 */
export function commandBlocks(
  change: Change,
  steps: readonly Step[],
  takes: Takes,
  rowsInTable: boolean,
): types.KnownBlock[] {
  const isLow = (step: Step) => riskOfStep(change, step) === "low";
  const open = steps.filter((step) => !isLow(step));
  const low = steps.filter(isLow);
  const blocksOf = (some: readonly Step[]) =>
    some.flatMap((step) => briefStepBlocks(change, step, { rows: !rowsInTable }));
  return [
    ...blocksOf(open),
    ...folded(blocksOf(low), takes, (chars) =>
      low.length > 1 || chars > OPEN_CHARS ? titleOf(change, low) : null,
    ),
  ];
}

/** `title` null: they stand open, as they do where Slack cannot fold. */
function folded(
  blocks: types.RichTextBlock[],
  takes: Takes,
  titleFor: (chars: number) => string | null,
): types.KnownBlock[] {
  if (!takes("container") || blocks.length === 0 || blocks.length > CONTAINER_BLOCKS) return blocks;
  const title = titleFor(blocks.reduce((sum, block) => sum + charsOf(block), 0));
  if (title === null) return blocks;
  return [
    {
      type: "container",
      title: { type: "plain_text", text: title, emoji: false },
      width: "full",
      is_collapsible: true,
      default_collapsed: true,
      child_blocks: blocks,
    },
  ];
}

function titleOf(change: Change, steps: readonly Step[]): string {
  const what =
    steps.length === 1 ? "The exact command" : `The exact commands of ${steps.length} low-risk steps`;
  return `${what}${withWayBack(change, steps)}`;
}

function withWayBack(change: Change, steps: readonly Step[]): string {
  const many = steps.filter((step) => goesBack(change, step)).length;
  if (many === 0) return "";
  return many === 1 ? ", with the way back" : ", with the ways back";
}
