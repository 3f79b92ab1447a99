import type { ApprovalTerms, Approvers } from "#change/approval.ts";
import type { Change, Decision } from "#change/change.ts";
import { stillApprovers } from "#change/still-approve.ts";
import { isUserId } from "./blocks.ts";
import { cutMiddle, inert } from "./text.ts";

const NAMED = 10;

/** Who may approve, in mrkdwn; one line for each set of environments. Mentions in a private answer or an update ring nobody's bell. */
export function whoCanApprove(terms: ApprovalTerms): string[] {
  return linesOf(terms.approvers);
}

/** The same of this change as it is: nobody is named whose click would be refused, as far as Slack's groups let that be told. */
export function whoCanStillApprove(change: Change, terms: ApprovalTerms): string[] {
  const left = stillApprovers(change, terms);
  return linesOf(isOneList(left) ? left.slice(0, 1) : left);
}

/** Those people where they are the same for every environment; null where each has its own, which `whoCanStillApprove` lists. */
export function leftToApprove(change: Change, terms: ApprovalTerms): Approvers | null {
  const left = stillApprovers(change, terms);
  return isOneList(left) ? (left[0] ?? null) : null;
}

function isOneList(left: readonly Approvers[]): boolean {
  return new Set(left.map(({ users, groups, tokens }) => JSON.stringify([users, groups, tokens]))).size === 1;
}

function linesOf(approvers: readonly Approvers[]): string[] {
  return approvers.map(({ environments, users: named, groups, tokens }) => {
    const people = mentions({ users: named, groups });
    const shown = people.slice(0, NAMED);
    const more = people.length > NAMED ? [`${people.length - NAMED} more`] : [];
    const byToken = tokens === null ? [] : tokens.slice(0, NAMED).map((name) => `API token ${inert(name)}`);
    const all = [...shown, ...more, ...byToken];
    const where = approvers.length === 1 ? "" : ` for ${inert(cutMiddle(environments.join(", "), 200))}`;
    return `Can approve${where}: ${all.length === 0 ? "nobody in Slack" : all.join(", ")}`;
  });
}

/** Whom an escalation has brought of those who can approve, in mrkdwn; none while there was none. */
export function escalatedTo(change: Change, terms: ApprovalTerms): string[] {
  const brought = stillApprovers(change, terms).flatMap(({ escalated }) =>
    escalated === null ? [] : mentions(escalated),
  );
  const all = [...new Set(brought)];
  return all.length > NAMED ? [...all.slice(0, NAMED), `${all.length - NAMED} more`] : all;
}

/** How many had approved when more people were asked. */
export function approvedBefore({ approvals, escalatedAt }: Decision): number {
  return approvals.filter(({ at }) => escalatedAt !== null && at <= escalatedAt).length;
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
