import type { ApprovalTerms } from "#change/approval.ts";
import type { Change, Decision } from "#change/change.ts";
import type { Person } from "#change/person.ts";
import { whoHadASay } from "#change/say.ts";
import { termsOf } from "#policy/approvals/approval-terms.ts";
import { typedTargetOf } from "#policy/typed-target.ts";
import type { ThreadDeps } from "#threads/deps.ts";

type Asked = Pick<Change, "environments" | "risk" | "requester">;
type Answered = Pick<Decision, "answer" | "by">;
/** Without its questions nothing counts as escalated. */
type Questioned = Asked &
  Partial<Pick<Change, "plan" | "previews" | "places">> & {
    revision?: number;
    decisions?: readonly (Pick<Decision, "gate" | "revision" | "escalated"> & Partial<Answered>)[];
  };

/** The rules, the API tokens there are, and the clock. */
export type TermsDeps = Pick<ThreadDeps, "policy" | "tokens" | "now">;

/**
 * What an approval of a change takes at this moment. A risk nobody knows yet counts as high. Whether a question has
 * escalated its row says, never the clock, so that what a card shows is what holds at the click.
 */
export function findTerms({ policy, tokens, now }: TermsDeps, change: Questioned): ApprovalTerms {
  const { environments, risk, requester } = change;
  const terms = termsOf(
    policy,
    { environments, risk: risk ?? "high", requester, said: whoSpoke(change), escalated: escalatedOf(change) },
    { tokens, now: now() },
  );
  const { plan = null, previews = [], places = [] } = change;
  return { ...terms, ...typedTargetOf({ risk, plan, previews, environments, places }) };
}

function whoSpoke({ decisions = [] }: Questioned): Person[] {
  return whoHadASay(decisions.map(({ answer = null, by = null }) => ({ answer, by })));
}

/** Of the plan as it is now: another revision is another question. */
function escalatedOf({ revision, decisions = [] }: Questioned): readonly string[] {
  const question = decisions.findLast(({ gate }) => gate === "approval");
  return question !== undefined && question.revision === revision ? question.escalated : [];
}
