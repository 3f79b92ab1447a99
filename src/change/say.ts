import type { Answer, Change, Decision, Gate } from "./change.ts";
import type { Person } from "./person.ts";

/** Who, besides the requester, said what the plan was made of: asked for another one, or answered the Planner. */
export function whoHadASay(decisions: readonly Pick<Decision, "answer" | "by">[]): Person[] {
  return decisions.flatMap(({ answer, by }) =>
    by !== null && (answer === "request_changes" || answer === "answered") ? [by] : [],
  );
}

/** The longest reason that is kept with a decision, in characters. */
export const MAX_REASON_LENGTH = 1_000;

/** Whether this answer counts only with a reason: every rejection, and the approval of what is high risk. */
export function takesReason(
  { risk }: Pick<Change, "risk">,
  { gate, answer }: { gate: Gate; answer: Answer },
): boolean {
  if (gate !== "approval") return false;
  return answer === "reject" || (answer === "approve" && (risk ?? "high") === "high");
}

/** Whether a text says anything: a dot is no reason. */
export function saysWhy(text: string | null): boolean {
  return text !== null && /[\p{L}\p{N}]/u.test(text);
}
