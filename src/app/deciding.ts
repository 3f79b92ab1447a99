import type { Change } from "#change/change.ts";
import type { Changes } from "#change/changes.ts";
import type { TokenPerson } from "#change/person.ts";
import type { ApiToken } from "#config/tokens.ts";
import type { At } from "#observe/crash-points.ts";
import { namesNobody, unapprovable } from "#policy/approvals/approval-terms.ts";
import type { Policy } from "#policy/document.ts";
import type { RecordEvents } from "#store/events.ts";
import type { Database } from "#store/postgres/database.ts";
import type { IsCurrent } from "#threads/answering/decide.ts";
import type { TimesOf } from "#threads/answering/settle.ts";
import { createFindTerms, type FindTerms } from "#threads/answering/terms.ts";
import { createChanges } from "#threads/changes.ts";
import { unlessAway } from "#threads/running/unless-away.ts";

/** Who decides and how long: the port, and what the worker, the timers and the start-up lines need of the same rules. */
export type Deciding = {
  changes: Changes;
  timesOf: TimesOf;
  findTerms: FindTerms;
  /** What Slack's side has to know of it: whether anybody can approve there, as which groups, and who may break the glass. */
  whoApproves: { nobodyCanApprove: boolean; approverGroups: string[]; breakGlass: string[] };
  lines: string[];
};

/** Puts the rules about approving together with the rows, the API tokens and the clock. */
export function createDeciding(needs: {
  database: Database;
  record: RecordEvents;
  redact: (text: string) => string;
  policy: Policy;
  tokens: readonly ApiToken[];
  isCurrent: IsCurrent;
  now: () => Date;
  at?: At;
}): Deciding {
  const { policy, now } = needs;
  const tokens = needs.tokens.map(
    ({ name, role, slackId }): TokenPerson => ({ kind: "token", name, role, slackId }),
  );
  const findTerms = createFindTerms({ policy, tokens, now });
  return {
    changes: unlessAway(needs.database, createChanges({ ...needs, findTerms })),
    timesOf: (change: Change) => {
      const { openMinutes, nextEscalation } = findTerms(change);
      return { openMinutes, escalateMinutes: nextEscalation?.afterMinutes ?? null };
    },
    findTerms,
    whoApproves: {
      nobodyCanApprove: namesNobody(policy),
      approverGroups: approverGroups(policy),
      breakGlass: policy.break_glass,
    },
    lines: approverLines(policy, unapprovable(policy, { tokens, now: now() })),
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

function approverLines(policy: Policy, problems: string[]): string[] {
  const named = policy.approvers.length === 0 ? "none by default" : policy.approvers.join(", ");
  const { length } = policy.approvals;
  const rules = length === 0 ? "" : `, and ${length} ${length === 1 ? "rule" : "rules"} of the policy`;
  return [`Approvers: ${named}${rules}`, ...problems.map((problem) => `Approvers: for ${problem}`)];
}
