import { type ApprovalTerms, freezeAt } from "#change/approval.ts";
import { isSamePerson, type Person, slackIdsOf, type TokenPerson } from "#change/person.ts";
import type { Risk } from "#change/plan.ts";
import type { Policy } from "#policy/document.ts";
import { asksPersonFor, type Requirement, requirementOf, UNNAMED_ENVIRONMENT } from "./approvers.ts";
import { freezeOf, freezesOf } from "./freezes.ts";

/** What the rules do not say themselves: the API tokens there are, and the time. */
export type Circumstances = { tokens: readonly TokenPerson[]; now: Date };

/** `said`: who, besides the requester, said what the plan was made of. `escalated`: the environments whose escalation has come. */
type Asked = {
  environments: readonly string[];
  risk: Risk;
  requester: Person | null;
  said?: readonly Person[];
  escalated?: readonly string[];
};

/** Everything an approval of this change takes, and whether there are people enough for it. */
export function termsOf(policy: Policy, change: Asked, { tokens, now }: Circumstances): ApprovalTerms {
  const requirement = requirementOf(policy, change);
  const { risk, environments } = change;
  const freezes = freezesOf(policy, environments).filter(({ until }) => until > now);
  const frozen = freezeAt(freezes, now);
  return {
    ...requirement,
    asksPerson: asksPersonFor(policy, risk, environments) || freezeOf(policy, change, now) !== null,
    freezes,
    ...(frozen === null ? {} : { frozen }),
    breakGlass: policy.break_glass,
    // Only a plan says what it destroys.
    typedTarget: null,
    destroys: [],
    problem: whyNobody(requirement, change, tokens),
  };
}

/** For the start: which risk in which environment nobody could approve, and how to change that. */
export function unapprovable(policy: Policy, circumstances: Circumstances): string[] {
  const problems = new Map<string, string[]>();
  for (const environment of [...Object.keys(policy.environments), UNNAMED_ENVIRONMENT]) {
    for (const risk of ["medium", "high"] as const) {
      const change = { environments: [environment], risk, requester: null };
      const { problem } = termsOf(policy, change, circumstances);
      if (problem !== null)
        problems.set(problem, [...(problems.get(problem) ?? []), `${risk} risk in ${nameOf(environment)}`]);
    }
  }
  return [...problems].map(([problem, where]) => `${where.join(", ")}: ${problem}`);
}

/** Whether no rule at all names anybody in Slack. */
export function namesNobody(policy: Policy): boolean {
  const named = policy.approvals.some(
    ({ users, groups, escalate }) => users.length > 0 || groups.length > 0 || escalate !== undefined,
  );
  return policy.approvers.length === 0 && !named;
}

/** Groups count as enough people: only Slack knows how many are in them. */
function whyNobody(terms: Requirement, change: Asked, tokens: readonly TokenPerson[]): string | null {
  const byGroup = terms.approvers.every(({ groups }) => groups.length > 0);
  if (byGroup) return null;
  const users = usersOf(terms).filter((id) => mayBe(terms, change, slackPerson(id)));
  const able = tokens.filter(
    (token) =>
      token.role === "approver" &&
      terms.approvers.every((one) => one.tokens === null || one.tokens.includes(token.name)) &&
      mayBe(terms, change, token),
  );
  const others = able.filter((token) => !slackIdsOf(token).some((id) => users.includes(id)));
  const people = users.length + others.length;
  if (users.length > 0 && people >= terms.quorum) return null;
  const byToken = able.length >= terms.quorum ? " By API it can be approved." : "";
  const who =
    users.length === 0
      ? `nobody in Slack can approve it, because ${whyNoneIsLeft(terms, change)}.`
      : `it takes ${terms.quorum} approvals, and only ${people} ${people === 1 ? "person" : "people"} can give one.`;
  return `${who}${byToken} Whoever runs Greenlight sets GREENLIGHT_APPROVERS to Slack user ids, or approvers or approvals in the policy file, and starts it again.`;
}

function whyNoneIsLeft(terms: Requirement, { requester }: Asked): string {
  const named = usersOf(terms).map(slackPerson);
  if (named.length === 0) return "no approver is configured for it";
  if (requester !== null && named.every((one) => isSamePerson(one, requester)))
    return "its only approver asked for it";
  return "whoever could approve it said how it should be; asked for anew, in those words, they can";
}

/** Who is named for every environment, where names are all there is. */
function usersOf(terms: Requirement): string[] {
  const lists = terms.approvers.filter(({ groups }) => groups.length === 0).map(({ users }) => users);
  const [first = [], ...rest] = lists;
  return first.filter((id) => rest.every((list) => list.includes(id)));
}

function mayBe(terms: Requirement, change: Asked, person: Person): boolean {
  const spoke = [...(change.requester === null ? [] : [change.requester]), ...(change.said ?? [])];
  return terms.requesterMayApprove || !spoke.some((one) => isSamePerson(person, one));
}

function slackPerson(userId: string): Person {
  return { kind: "slack", teamId: "", userId };
}

function nameOf(environment: string): string {
  return environment === UNNAMED_ENVIRONMENT ? "an environment the policy does not name" : environment;
}
