import type { ApprovalTerms, Approvers } from "./approval.ts";
import { type Change, openDecision } from "./change.ts";
import { isSamePerson, type Person } from "./person.ts";
import { whoHadASay } from "./say.ts";

/**
 * Who can still approve the open question, for each set of environments: without the requester and whoever said how it should
 * be (unless the rules let them), without who has approved already, and of several sets only who is in each. Who is in a
 * group only Slack knows, so groups stay.
 */
export function stillApprovers(change: Change, terms: ApprovalTerms): Approvers[] {
  const isOut = (person: Person) => isPastApproving(change, terms, person);
  const isOfAll = (id: string) =>
    terms.approvers.every(({ users, groups }) => users.includes(id) || groups.length > 0);
  return terms.approvers.map((one) => ({
    ...one,
    users: one.users.filter((id) => !isOut(asUser(id)) && isOfAll(id)),
    tokens: one.tokens?.filter((name) => !isOut(asToken(name))) ?? null,
    escalated: one.escalated === null ? null : withoutExcluded(one.escalated, change, terms),
  }));
}

/** Whether this person's approval would be refused or has been counted: they asked, said how it should be, or have approved. */
export function isPastApproving(change: Change, terms: ApprovalTerms, person: Person): boolean {
  const given = (openDecision(change)?.approvals ?? []).map(({ by }) => by);
  return [...excludedBy(change, terms), ...given].some((one) => isSamePerson(one, person));
}

/** Whom no rule lets approve this change, whatever they were named for. */
function excludedBy({ requester, decisions }: Change, { requesterMayApprove }: ApprovalTerms): Person[] {
  return requesterMayApprove ? [] : [requester, ...whoHadASay(decisions)];
}

/** Who has approved since stays: the escalation did bring them. */
function withoutExcluded(
  brought: NonNullable<Approvers["escalated"]>,
  change: Change,
  terms: ApprovalTerms,
): NonNullable<Approvers["escalated"]> {
  const out = excludedBy(change, terms);
  return {
    ...brought,
    users: brought.users.filter((id) => !out.some((one) => isSamePerson(one, asUser(id)))),
  };
}

function asUser(userId: string): Person {
  return { kind: "slack", teamId: "", userId };
}

function asToken(name: string): Person {
  return { kind: "token", name, role: "approver", slackId: null };
}
