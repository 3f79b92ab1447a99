import type { ApprovalTerms } from "../change/approval.ts";
import { isUserId } from "./blocks.ts";
import { cutMiddle, inert } from "./text.ts";

const NAMED = 10;

/** Who may approve, in mrkdwn; one line for each set of environments. Mentions in a private answer or an update ring nobody's bell. */
export function whoCanApprove(terms: ApprovalTerms): string[] {
  return terms.approvers.map(({ environments, users: named, groups, tokens }) => {
    const people = mentions({ users: named, groups });
    const shown = people.slice(0, NAMED);
    const more = people.length > NAMED ? [`${people.length - NAMED} more`] : [];
    const byToken = tokens === null ? [] : tokens.slice(0, NAMED).map((name) => `API token ${inert(name)}`);
    const all = [...shown, ...more, ...byToken];
    const where =
      terms.approvers.length === 1 ? "" : ` for ${inert(cutMiddle(environments.join(", "), 200))}`;
    return `Can approve${where}: ${all.length === 0 ? "nobody in Slack" : all.join(", ")}`;
  });
}

/** Whom an escalation has brought, in mrkdwn; none while there was none. */
export function escalatedTo(terms: ApprovalTerms): string[] {
  const brought = terms.approvers.flatMap(({ escalated }) => (escalated === null ? [] : mentions(escalated)));
  const all = [...new Set(brought)];
  return all.length > NAMED ? [...all.slice(0, NAMED), `${all.length - NAMED} more`] : all;
}

function mentions(who: { users: readonly string[]; groups: readonly string[] }): string[] {
  const { users: named, groups } = who;
  return [
    ...named.filter(isUserId).map((id) => `<@${id}>`),
    ...groups.filter(isGroupId).map((id) => `<!subteam^${id}>`),
  ];
}

/** Whether this is a Slack user group's id and nothing else. */
export function isGroupId(text: string): boolean {
  return /^S[A-Z0-9]{1,30}$/u.test(text);
}
