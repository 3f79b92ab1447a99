import type { ApprovalTerms, Approvers } from "#change/approval.ts";
import { isSamePerson, type Person, slackIdsOf } from "#change/person.ts";
import type { Risk } from "#change/plan.ts";
import type { Policy } from "#policy/document.ts";
import type { ApprovalRule } from "#policy/document-people.ts";

/** What `change.environments` calls whatever no environment of the policy recognises. */
export const UNNAMED_ENVIRONMENT = "not named in the policy";

/** What the rules ask of an approval, without what depends on the time and on who else there is. */
export type Requirement = Omit<
  ApprovalTerms,
  "asksPerson" | "freezes" | "breakGlass" | "typedTarget" | "destroys" | "problem"
>;

const STANDARD = { quorum: 1, requester_may_approve: false, open_minutes: 60, escalate: undefined };

/**
 * What an approval of this risk in these environments takes. Each environment goes by the first rule of `approvals` that
 * fits it; of several environments a person must be allowed by every one, and the strictest quorum and time count.
 * `escalated`: the environments whose escalation has come, as the question's row says.
 */
export function requirementOf(
  policy: Policy,
  change: { environments: readonly string[]; risk: Risk; escalated?: readonly string[] },
): Requirement {
  const environments = change.environments.length === 0 ? [UNNAMED_ENVIRONMENT] : change.environments;
  const found = new Map<ApprovalRule | null, string[]>();
  for (const environment of environments) {
    const rule = policy.approvals.find((one) => fits(one, environment, change.risk)) ?? null;
    found.set(rule, [...(found.get(rule) ?? []), environment]);
  }
  const rules = [...found.keys()].map((rule) => rule ?? STANDARD);
  return {
    approvers: [...found].map(([rule, where]) =>
      withEscalation(approversOf(policy, rule, where), rule, change.escalated ?? []),
    ),
    quorum: Math.max(...rules.map((rule) => rule.quorum)),
    requesterMayApprove: rules.every((rule) => rule.requester_may_approve),
    openMinutes: Math.min(...rules.map((rule) => rule.open_minutes)),
    nextEscalation: nextOf(found, change.escalated ?? []),
  };
}

/** Whether a person is asked about this risk in these environments: high always, low never, medium unless all of them let it run unattended. */
export function asksPersonFor(policy: Policy, risk: Risk, environments: readonly string[]): boolean {
  if (risk !== "medium") return risk === "high";
  const { medium } = policy.unattended;
  const isNamed = (name: string) => name !== UNNAMED_ENVIRONMENT && medium.includes(name);
  return environments.length === 0 || !environments.every(isNamed);
}

/**
 * Why this person may not decide about this requester's change, in words for them; null when they may. `teamId` is the
 * workspace the change belongs to (null: it was asked for by API), `groups` the user groups Slack says they are in now.
 */
export function whyNotDecide(
  person: Person,
  about: { requester: Person; teamId: string | null },
  terms: Requirement,
  groups: readonly string[],
): string | null {
  if (person.kind === "policy") return "Policy does not answer a question that was put to a person.";
  const elsewhere = whyNotHere(person, about.teamId);
  if (elsewhere !== null) return elsewhere;
  if (!terms.requesterMayApprove && isSamePerson(person, about.requester))
    return "You asked for this change, so somebody else has to decide about it.";
  if (person.kind === "token" && person.role !== "approver")
    return "This token's role is requester; a decision needs an approver's.";
  const missing = terms.approvers.filter((approvers) => !isAmong(person, approvers, groups));
  if (missing.length === 0) return null;
  return `You are not one of the approvers for ${missing.flatMap(({ environments }) => environments).join(", ")}.`;
}

/**
 * Why this person has no say in what a change becomes (the Planner's questions, a request for changes), or null: whoever asked
 * for it has, and so has everybody who may decide about it. What they say is planned, judged and approved like any request.
 */
export function whyNotSpeak(
  person: Person,
  about: { requester: Person; teamId: string | null },
  terms: Requirement,
  groups: readonly string[],
): string | null {
  const elsewhere = whyNotHere(person, about.teamId);
  if (elsewhere !== null) return elsewhere;
  if (person.kind !== "policy" && isSamePerson(person, about.requester)) return null;
  const why = whyNotDecide(person, about, { ...terms, requesterMayApprove: true }, groups);
  return why === null
    ? null
    : `Only whoever asked for this change and its approvers have a say in it. ${why}`;
}

/**
 * Why this person's yes does not count for a plan that was made after words of theirs (`said`: who asked for another plan or
 * answered the Planner), or null: alone they would have anything run, under somebody else's request.
 */
export function whyNotOwnWords(person: Person, said: readonly Person[], terms: Requirement): string | null {
  if (terms.requesterMayApprove || !said.some((one) => isSamePerson(one, person))) return null;
  return "This plan was made after what you said of it, so somebody else has to approve it. Where nobody else can, somebody else has to ask for it.";
}

/** Why this person may not break the glass, or null when they may. API tokens never do: a person stands up for it. */
export function whyNotBreakGlass(
  person: Person,
  teamId: string | null,
  breakGlass: readonly string[],
): string | null {
  if (person.kind !== "slack") return "Only a person in Slack can break the glass.";
  const elsewhere = whyNotHere(person, teamId);
  if (elsewhere !== null) return elsewhere;
  return slackIdsOf(person).some((id) => breakGlass.includes(id))
    ? null
    : "You are not among those who may break the glass (break_glass in the policy).";
}

function fits(rule: ApprovalRule, environment: string, risk: Risk): boolean {
  const inPlace = rule.environments.length === 0 || rule.environments.includes(environment);
  return inPlace && (rule.risks.length === 0 || rule.risks.includes(risk));
}

type BasicApprovers = Omit<Approvers, "escalated">;

function approversOf(policy: Policy, rule: ApprovalRule | null, environments: string[]): BasicApprovers {
  const namesNobody =
    rule === null || (rule.users.length === 0 && rule.groups.length === 0 && rule.tokens === undefined);
  if (namesNobody) return { environments, users: policy.approvers, groups: [], tokens: null };
  return { environments, users: rule.users, groups: rule.groups, tokens: rule.tokens ?? null };
}

/** From its escalation on those it names may approve too; nobody loses the right. */
function withEscalation(
  basic: BasicApprovers,
  rule: ApprovalRule | null,
  escalated: readonly string[],
): Approvers {
  const { escalate } = rule ?? STANDARD;
  const hasCome = basic.environments.every((name) => escalated.includes(name));
  if (escalate === undefined || !hasCome) return { ...basic, escalated: null };
  const users = escalate.users.filter((id) => !basic.users.includes(id));
  const groups = escalate.groups.filter((id) => !basic.groups.includes(id));
  return {
    ...basic,
    users: [...basic.users, ...users],
    groups: [...basic.groups, ...groups],
    escalated: { users, groups },
  };
}

/** Each rule escalates at its own time; what comes at the same time comes together. */
function nextOf(
  found: ReadonlyMap<ApprovalRule | null, string[]>,
  escalated: readonly string[],
): ApprovalTerms["nextEscalation"] {
  const left = [...found].flatMap(([rule, environments]) => {
    const afterMinutes = rule?.escalate?.after_minutes;
    const hasCome = environments.every((name) => escalated.includes(name));
    return afterMinutes === undefined || hasCome ? [] : [{ afterMinutes, environments }];
  });
  if (left.length === 0) return null;
  const afterMinutes = Math.min(...left.map((one) => one.afterMinutes));
  const first = left.filter((one) => one.afterMinutes === afterMinutes);
  return { afterMinutes, environments: first.flatMap(({ environments }) => environments) };
}

/** A Slack id alone says little: the same one can be somebody else's in another workspace. */
function whyNotHere(person: Person, teamId: string | null): string | null {
  if (person.kind !== "slack") return null;
  if (teamId === null) return "This change was asked for by API, and is decided there.";
  return person.teamId === teamId
    ? null
    : "You act from another workspace than the one this change belongs to.";
}

function isAmong(person: Person, approvers: Approvers, groups: readonly string[]): boolean {
  if (person.kind === "token") return approvers.tokens === null || approvers.tokens.includes(person.name);
  const isNamed = slackIdsOf(person).some((id) => approvers.users.includes(id));
  return isNamed || approvers.groups.some((group) => groups.includes(group));
}
