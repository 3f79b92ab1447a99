import type { Checked, Viewer } from "#change/listed.ts";
import { UNNAMED_ENVIRONMENT } from "#policy/approvals/approvers.ts";
import { whyNotAsk } from "#policy/approvals/asking.ts";
import { judgeLine } from "#policy/check.ts";
import { findTerms, type TermsDeps } from "#threads/answering/terms.ts";

/** What `policy check` says of a line, and what it would take: who would be asked, and whether this person could ask. */
export function checkTyped(
  deps: TermsDeps & { redact: (text: string) => string },
  { person, channelId }: Viewer,
  typed: string,
): Checked {
  const { policy, redact } = deps;
  const verdict = judgeLine({ cmd: typed }, policy);
  const line = redact(typed);
  const reasons = verdict.reasons.map(redact);
  if (verdict.decision === "deny") return { decision: "deny", line, reasons };
  const { risk, environment } = verdict;
  const environments = [environment ?? UNNAMED_ENVIRONMENT];
  const planned = { environments, risk };
  return {
    decision: "allow",
    line,
    risk,
    reasons,
    environment,
    terms: findTerms(deps, { environments, risk, requester: person }),
    mayNotAsk: whyNotAsk(policy, { requester: person, channelId, planned }),
  };
}
