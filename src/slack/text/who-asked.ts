import type { ApprovalTerms, Approvers } from "#change/approval.ts";
import type { Change, Decision } from "#change/change.ts";
import { isSamePerson, type Person } from "#change/person.ts";
import { whoHadASay } from "#change/say.ts";
import { isUserId, type Piece } from "./blocks.ts";
import { isGroupId } from "./who-can.ts";

/** More would be a crowd that nobody in it feels meant by. */
const MENTIONED = 10;

/** Somebody who is called: in a message that is posted, not in one that is changed. */
export type Mention = { kind: "user" | "group"; id: string };

/**
 * Who may still answer an approval or an operator's question, ten at most: not the requester unless the rules say so, of an
 * approval nobody who has given one, and nobody whose words the plan was made of. `escalated`: only whom an escalation brought.
 */
export function whoIsAsked(
  change: Change,
  question: Decision,
  terms: ApprovalTerms,
  which: "all" | "escalated" = "all",
): Mention[] {
  const all = terms.approvers.flatMap((one) => mentionsOf(which === "escalated" ? one.escalated : one));
  const given = question.approvals.map(({ by }) => by);
  const spoke = question.gate === "approval" ? whoHadASay(change.decisions) : [];
  const out = terms.requesterMayApprove ? given : [...given, change.requester, ...spoke];
  const left = all.filter(
    ({ kind, id }) => kind === "group" || (mayBeAll(terms, id) && !out.some((person) => isThem(person, id))),
  );
  return [...new Map(left.map((one) => [one.id, one])).values()].slice(0, MENTIONED);
}

/** In mrkdwn. */
export function mentionMrkdwn({ kind, id }: Mention): string {
  return kind === "user" ? `<@${id}>` : `<!subteam^${id}>`;
}

/** In rich text. */
export function mentionPiece({ kind, id }: Mention): Piece {
  return kind === "user" ? { type: "user", user_id: id } : { type: "usergroup", usergroup_id: id };
}

/** Of several environments a person has to be an approver of each; who is in a group only Slack knows. */
function mayBeAll({ approvers }: ApprovalTerms, userId: string): boolean {
  return approvers.every(({ users: named, groups }) => named.includes(userId) || groups.length > 0);
}

/** The users and groups of a rule whose ids can be called. */
export function mentionsOf(who: Pick<Approvers, "users" | "groups"> | null): Mention[] {
  return [
    ...(who?.users ?? []).filter(isUserId).map((id) => ({ kind: "user", id }) as const),
    ...(who?.groups ?? []).filter(isGroupId).map((id) => ({ kind: "group", id }) as const),
  ];
}

function isThem(person: Person, userId: string): boolean {
  return isSamePerson(person, { kind: "slack", teamId: "", userId });
}
