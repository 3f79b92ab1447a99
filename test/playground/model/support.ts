import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import { PlannerOutput } from "#change/plan.ts";
import { ReviewerOutput } from "#change/verdict.ts";

/** The planner's answer format, exactly as the program sends it. */
export function plannerFormat() {
  return zodOutputFormat(PlannerOutput);
}

/** The reviewer's answer format. */
export function reviewerFormat() {
  return zodOutputFormat(ReviewerOutput);
}

/** A planner's last message: a sentence that mentions the tags, then the block. */
export function requestBlock(request: string): string {
  return `The request stands between <request-0f3a> and </request-0f3a>.\n<request-0f3a>${JSON.stringify({ request })}</request-0f3a>`;
}

/** A step as the reviewer's block has it; what is left out is forward, done and silent. */
export type StepOutcome = { argv: string[]; outcome: string; direction?: string; output?: string };

/** A reviewer's last message. */
export function outcomeBlock(steps: StepOutcome[], request = "anything"): string {
  const whole = steps.map((step, index) => ({
    step: index + 1,
    direction: "forward",
    output: "",
    exit_code: step.outcome === "done" ? 0 : 1,
    ...step,
  }));
  return `Judge this.\n<outcome-77ce>${JSON.stringify({ request, steps: whole })}</outcome-77ce>`;
}
