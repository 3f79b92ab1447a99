import { describe, it } from "node:test";
import type { Person } from "#change/person.ts";
import { whyNotBreakGlass, whyNotDecide, whyNotOwnWords, whyNotSpeak } from "#policy/approvals/approvers.ts";
import { whyNotAsk } from "#policy/approvals/asking.ts";
import { PolicyDocument, withHash } from "#policy/document.ts";
import { approvedIn } from "#test/support/approved.ts";
import { ANA, BEN, theTerms } from "#test/support/stages.ts";

const GUS: Person = { kind: "slack", teamId: "T1", userId: "U0GUS" };
const STRANGER: Person = { kind: "slack", teamId: "T2", userId: "U0BEN" };
const TOKEN: Person = { kind: "token", name: "ci", role: "requester", slackId: null };
const about = { requester: ANA, teamId: "T1" };
const terms = theTerms();

describe("the words to who may not decide or ask, by the policy", () => {
  const approved = approvedIn("approvals");
  it("decide", () => {
    approved("not-an-approver", whyNotDecide(GUS, about, terms, []));
    approved("own-change", whyNotDecide(ANA, about, terms, []));
    approved("another-workspace", whyNotDecide(STRANGER, about, terms, []));
    approved("asked-by-api", whyNotDecide(BEN, { ...about, teamId: null }, terms, []));
    approved("token-of-a-requester", whyNotDecide(TOKEN, about, terms, []));
    approved("no-say", whyNotSpeak(GUS, about, terms, []));
    approved("no-say-token", whyNotSpeak(TOKEN, { ...about, teamId: null }, terms, []));
    approved("own-words", whyNotOwnWords(BEN, [BEN], terms));
    approved("no-glass", whyNotBreakGlass(GUS, "T1", []));
    approved("no-glass-by-api", whyNotBreakGlass(TOKEN, "T1", []));
  });
  it("ask", () => {
    const policy = withHash(
      PolicyDocument.parse({
        version: 1,
        environments: { production: { namespaces: ["production"] } },
        asking: [{ users: ["U0ANA"], channels: ["C1"], environments: ["production"], max_risk: "low" }],
      }),
    );
    const planned = { environments: ["production"], risk: "high" } as const;
    approved("ask-nobody", whyNotAsk(policy, { requester: GUS, channelId: "C1", planned: null }));
    approved("ask-elsewhere", whyNotAsk(policy, { requester: ANA, channelId: "C2", planned: null }));
    approved("ask-too-risky", whyNotAsk(policy, { requester: ANA, channelId: "C1", planned }));
  });
});
