import type { TokenPerson } from "#change/person.ts";
import type { Config } from "#config/config.ts";
import { namesNobody, unapprovable } from "#policy/approvals/approval-terms.ts";
import type { Policy } from "#policy/document.ts";

/** The API tokens, as the people they stand for. */
export function tokensOf({ tokens }: Pick<Config, "tokens">): TokenPerson[] {
  return tokens.map(({ name, role, slackId }): TokenPerson => ({ kind: "token", name, role, slackId }));
}

/** What Slack's side has to know of who approves: whether anybody can there, as which groups, and who may break the glass. */
export function whoApproves(policy: Policy) {
  return {
    nobodyCanApprove: namesNobody(policy),
    approverGroups: approverGroups(policy),
    breakGlass: policy.break_glass,
  };
}

/** Every user group the rules name as approvers, at once or after a while. */
function approverGroups(policy: Policy): string[] {
  const named = policy.approvals.flatMap(({ groups, escalate }) => [...groups, ...(escalate?.groups ?? [])]);
  return [...new Set(named)];
}

/** Says at the start that the rules name user groups and Slack will not say who is in them: then nobody approves by group. */
export function groupLines(policy: Policy, missingScopes: readonly string[]): string[] {
  const groups = approverGroups(policy);
  if (groups.length === 0 || !missingScopes.includes("usergroups:read")) return [];
  return [
    `Approvers: nobody can approve as a member of ${groups.join(", ")}, because the Slack app lacks usergroups:read (update it from manifest.yml and install it again)`,
  ];
}

/** Says at the start who approves, and what nobody could. */
export function approverLines(policy: Policy, tokens: readonly TokenPerson[], now: Date): string[] {
  const named = policy.approvers.length === 0 ? "none by default" : policy.approvers.join(", ");
  const { length } = policy.approvals;
  const rules = length === 0 ? "" : `, and ${length} ${length === 1 ? "rule" : "rules"} of the policy`;
  const problems = unapprovable(policy, { tokens, now });
  return [`Approvers: ${named}${rules}`, ...problems.map((problem) => `Approvers: for ${problem}`)];
}
