import type { types } from "@slack/bolt";
import type { Change } from "../change/change.ts";
import type { Step } from "../change/plan.ts";
import { charsOf } from "./blocks.ts";
import { stepBlocks } from "./plan-steps.ts";
import type { Takes } from "./rich-kinds.ts";

/** What Slack takes in one container. */
const CONTAINER_BLOCKS = 10;
/** One step that is short enough stands open: its command and its way back are what an approver reads. */
const OPEN_CHARS = 700;

/** Exact commands and ways back of the first `shown` steps: folded away where Slack can fold and they are long, in full elsewhere. */
export function commandBlocks(
  change: Change,
  shown: number,
  takes: Takes,
  rowsInTable: boolean,
): types.KnownBlock[] {
  const steps = (change.plan?.plan ?? []).slice(0, shown);
  const blocks = steps.flatMap((step) => stepBlocks(change, step, { rows: !rowsInTable }));
  if (!takes("container") || blocks.length === 0 || blocks.length > CONTAINER_BLOCKS) return blocks;
  const chars = blocks.reduce((sum, block) => sum + charsOf(block), 0);
  const title = steps.length === 1 ? "The exact command" : `The exact commands of ${steps.length} steps`;
  return [
    {
      type: "container",
      title: { type: "plain_text", text: `${title}${withWayBack(steps)}`, emoji: false },
      width: "full",
      is_collapsible: true,
      default_collapsed: steps.length > 1 || chars > OPEN_CHARS,
      child_blocks: blocks,
    },
  ];
}

function withWayBack(steps: readonly Step[]): string {
  const many = steps.filter(({ rollback }) => rollback !== null).length;
  if (many === 0) return "";
  return many === 1 ? ", with the way back" : ", with the ways back";
}
