import type { types } from "@slack/bolt";
import type { Change } from "#change/change.ts";
import type { StepRecord } from "#change/journal.ts";
import { bold, bullets, paragraph, rich, said } from "#slack/text/blocks.ts";
import type { Takes } from "#slack/text/rich-kinds.ts";
import { type Standing, standingsOf, standingWords, tally } from "#slack/text/standings.ts";
import { stepWords } from "#slack/text/step-words.ts";

/** Where every step stands once one of them was begun: Slack's own list of tasks where it takes one, bullets elsewhere. */
export function liveSteps(change: Change, steps: readonly StepRecord[], takes: Takes): types.KnownBlock[] {
  const standings = standingsOf(change, steps);
  if (standings.every(({ ran }) => ran === null)) return [];
  const title = `Steps: ${tally(standings) || "none was begun"}`;
  if (!takes("plan"))
    return [rich(paragraph(bold(title)), bullets(standings.map((one) => [said(line(one))])))];
  const tasks = standings.map(
    (standing): types.TaskCardBlock => ({
      type: "task_card",
      task_id: `step-${standing.step.step}`,
      title: line(standing),
      status: statusOf(standing),
    }),
  );
  return [{ type: "plan", title, tasks }];
}

/** The words say everything: Slack knows four states of a task, and a step here has more. */
function line(standing: Standing): string {
  const words = standingWords(standing);
  return `${standing.step.step}. ${stepWords(standing.step)}${words === "" ? "" : `: ${words}`}`;
}

function statusOf({ ran, back }: Standing): "pending" | "in_progress" | "complete" | "error" {
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
