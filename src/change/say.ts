import type { Decision } from "./change.ts";
import type { Person } from "./person.ts";

/** Who, besides the requester, said what the plan was made of: asked for another one, or answered the Planner. */
export function whoHadASay(decisions: readonly Pick<Decision, "answer" | "by">[]): Person[] {
  return decisions.flatMap(({ answer, by }) =>
    by !== null && (answer === "request_changes" || answer === "answered") ? [by] : [],
  );
}
