import type { ApprovalTerms } from "../change/approval.ts";
import { isUserId } from "./blocks.ts";
import { cutMiddle, inert } from "./text.ts";

const NAMED = 10;

/** Who may approve, in mrkdwn; one line for each set of environments. Mentions in a private answer or an update ring nobody's bell. */
export function whoCanApprove(terms: ApprovalTerms): string[] {
  return terms.approvers.map(({ environments, users: named, groups, tokens }) => {
    const people = [
      ...named.filter(isUserId).map((id) => `<@${id}>`),
      ...groups.filter((id) => /^S[A-Z0-9]{1,30}$/u.test(id)).map((id) => `<!subteam^${id}>`),
    ];
    const shown = people.slice(0, NAMED);
    const more = people.length > NAMED ? [`${people.length - NAMED} more`] : [];
    const byToken = tokens === null ? [] : tokens.slice(0, NAMED).map((name) => `API token ${inert(name)}`);
    const all = [...shown, ...more, ...byToken];
    const where =
      terms.approvers.length === 1 ? "" : ` for ${inert(cutMiddle(environments.join(", "), 200))}`;
    return `Can approve${where}: ${all.length === 0 ? "nobody in Slack" : all.join(", ")}`;
  });
}
