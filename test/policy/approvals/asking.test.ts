import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mayAskFor } from "#policy/approvals/asking.ts";
import { parsePolicy } from "#policy/read-policy.ts";

const ENVIRONMENTS =
  "version: 1\nenvironments: { production: { namespaces: [production] }, staging: { namespaces: [staging] } }\n";
const RULES = `${ENVIRONMENTS}asking:
  - { users: [U0ANA], environments: [staging], max_risk: high }
  - { users: [U0ANA], environments: [production], max_risk: low, channels: [C0OPS] }
  - { users: [ben], max_risk: medium }
`;
const policyOf = (text: string) => {
  const read = parsePolicy(text);
  assert.ok(read.ok);
  return read.policy;
};
const ana = { kind: "slack", teamId: "T1", userId: "U0ANA" } as const;
const ben = { kind: "token", name: "ben", role: "requester", slackId: null } as const;

describe("what the Planner is told that somebody may ask for", () => {
  const cases = [
    ["a person in a channel", ana, "C0OPS", ["low", "high", null]],
    ["a person elsewhere", ana, "C0ELSE", [null, "high", null]],
    ["a token", ben, null, ["medium", "medium", "medium"]],
  ] as const;
  for (const [what, requester, channelId, risks] of cases)
    it(what, () => {
      const lines = mayAskFor(policyOf(RULES), { requester, channelId });
      assert.deepEqual(
        lines.map((line) => /at most (\w+)/.exec(line)?.[1] ?? null),
        risks,
      );
    });

  it("is nothing where the policy has no rules", () => {
    assert.deepEqual(mayAskFor(policyOf(ENVIRONMENTS), { requester: ana, channelId: null }), []);
  });
});
