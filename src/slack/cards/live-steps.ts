import type { types } from "@slack/bolt";
import type { Change } from "#change/change.ts";
import type { StepRecord } from "#change/journal.ts";
import { stepWords } from "#change/titles/step-words.ts";
import { bold, bullets, paragraph, rich, said } from "#slack/text/blocks.ts";
import type { Takes } from "#slack/text/rich-kinds.ts";
import { type StepState, stepStatesOf, stepStateWords, tally } from "#slack/text/step-states.ts";
import { oneLine } from "#slack/text/text.ts";

/** Where every step stands once one of them was begun: Slack's own list of tasks where it takes one, bullets elsewhere. */
export function liveSteps(change: Change, steps: readonly StepRecord[], takes: Takes): types.KnownBlock[] {
  const states = stepStatesOf(change, steps);
  if (states.every(({ ran }) => ran === null)) return [];
  const title = `Steps: ${tally(states) || "none was begun"}`;
  if (!takes("plan")) return [rich(paragraph(bold(title)), bullets(states.map((one) => [said(line(one))])))];
  const tasks = states.map(
    (state): types.TaskCardBlock => ({
      type: "task_card",
      task_id: `step-${state.step.step}`,
      title: line(state),
      status: statusOf(state),
    }),
  );
  return [{ type: "plan", title, tasks }];
}

/** The words say everything: Slack knows four states of a task, and a step here has more. */
function line(state: StepState): string {
  const words = stepStateWords(state);
  return `${state.step.step}. ${oneLine(stepWords(state.step))}${words === "" ? "" : `: ${words}`}`;
}

function statusOf({ ran, back }: StepState): "pending" | "in_progress" | "complete" | "error" {
  const last = back === null || back === "not run" ? ran : back;
  switch (last) {
    case "running":
      return "in_progress";
    case "done":
      return "complete";
    case "failed":
    case "unknown":
      return "error";
    default:
      return "pending";
  }
}
