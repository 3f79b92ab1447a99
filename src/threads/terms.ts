import type { ApprovalTerms } from "../change/approval.ts";
import type { Change } from "../change/change.ts";
import type { TokenPerson } from "../change/person.ts";
import { termsOf } from "../policy/approval-terms.ts";
import type { Policy } from "../policy/document.ts";

/** What an approval of a change takes at this moment. */
export type FindTerms = (change: Pick<Change, "environments" | "risk" | "requester">) => ApprovalTerms;

/** Holds the rules, the API tokens there are and the clock. A risk nobody knows yet counts as high. */
export function createFindTerms(needs: {
  policy: Policy;
  tokens: readonly TokenPerson[];
  now: () => Date;
}): FindTerms {
  return ({ environments, risk, requester }) =>
    termsOf(
      needs.policy,
      { environments, risk: risk ?? "high", requester },
      { tokens: needs.tokens, now: needs.now() },
    );
}
