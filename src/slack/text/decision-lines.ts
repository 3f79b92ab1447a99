import type { Approval } from "#change/approval.ts";
import type { Answer, Change, Decision } from "#change/change.ts";
import { dateMrkdwn, personMrkdwn } from "./blocks.ts";
import { inertWithin } from "./text.ts";

const REASON_CHARS = 600;

const verbs: Record<Answer, string> = {
  answered: "Questions answered",
  approve: "Approved",
  reject: "Rejected",
  request_changes: "Changes asked for",
  accept: "Accepted as it is",
  roll_back: "Rollback ordered",
  happened: "Said to have happened",
  did_not_happen: "Said not to have happened",
  cancel: "Cancelled",
  expire: "Expired",
};

/** Every question answered so far as one mrkdwn line each, the newest last: "Approved by @ann on …". A cancel has a line of its own. */
export function decisionLines(change: Change): string[] {
  return change.decisions.filter(({ answer }) => answer !== null && answer !== "cancel").map(decisionLine);
}

/** The same without the changes that were asked for, where `askedFor` quotes those. */
export function answeredLines(change: Change): string[] {
  const decisions = change.decisions.filter(({ answer }) => answer !== "request_changes");
  return decisionLines({ ...change, decisions });
}

/** One answered question in mrkdwn: what, by whom, when, why. */
export function decisionLine(decision: Decision): string {
  const { answer, by, decidedAt, reason } = decision;
  if (answer === null || by === null) return "Not decided yet";
  const when = decidedAt === null ? "" : `, ${dateMrkdwn(decidedAt)}`;
  const why = reason === null || reason === "" ? "" : `: ${inertWithin(reason, REASON_CHARS)}`;
  // Why, the change says itself.
  if (answer === "expire") return `Expired${when}`;
  if (by.kind === "policy") return "The policy asks for nobody here";
  const verb = decision.brokeGlass ? "*Break glass*: approved alone" : verbs[answer];
  const yes = answer === "approve" && !decision.brokeGlass ? decision.approvals : [];
  // Of several, each has said why.
  if (yes.length > 1)
    return `${verb} by ${yes.map((one) => yesMrkdwn(one, yes.length)).join(" and ")}${when}`;
  return `${verb} by ${personMrkdwn(yes[0]?.by ?? by)}${when}${why}`;
}

/** One of several whose yes it took. Those of a question that was rejected or answered alone stand beside nobody. */
function yesMrkdwn({ by, reason }: Approval, of: number): string {
  const said = reason === null || reason === "" ? "" : ` (${inertWithin(reason, REASON_CHARS / of)})`;
  return `${personMrkdwn(by)}${said}`;
}
