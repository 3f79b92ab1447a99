import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UNNAMED_ENVIRONMENT } from "#policy/approvals/approvers.ts";
import { type Looker, mayLook, whyNotLook } from "#policy/approvals/looking.ts";
import type { Policy } from "#policy/document.ts";
import { LookKind } from "#policy/document-people.ts";
import { parsePolicy } from "#policy/read-policy.ts";

const BASE =
  "version: 1\nenvironments: { production: { namespaces: [production] }, staging: { namespaces: [staging] } }\n";
const ASKING =
  "asking: [{ users: [U0ANA], max_risk: high }, { users: [U0GUS], max_risk: low }, { users: [U0BEN], environments: [staging] }]\n";
const LOOKS = `looks:
  - { environments: [production], users: [U0ANA], may: [logs, objects] }
  - { environments: [production], channels: [C0OPS], may: [events] }
`;

const slack = (userId: string, channelId: string | null = "C0ELSE"): Looker => ({
  requester: { kind: "slack", teamId: "T1", userId },
  channelId,
});
const ana = slack("U0ANA");
const gus = slack("U0GUS");
const ben = slack("U0BEN");
const token: Looker = {
  requester: { kind: "token", name: "ci", role: "requester", slackId: null },
  channelId: null,
};
const ALL = "objects events logs files";

/** The policy, who looks, where, and what they may see there. */
const cases: [rules: string, who: string, looker: Looker, environment: string, may: string][] = [
  ["", "anybody without rules", gus, "production", ALL],
  ["", "a token without rules", token, UNNAMED_ENVIRONMENT, ALL],
  [ASKING, "who may ask for anything", ana, "production", ALL],
  [ASKING, "who may only read", gus, "production", "objects events files"],
  [ASKING, "who may ask elsewhere", ben, "production", ""],
  [ASKING, "who may ask there", ben, "staging", ALL],
  [ASKING, "who may not ask at all", token, "staging", ""],
  [ASKING, "who may ask for one environment, of all at once", ben, UNNAMED_ENVIRONMENT, ""],
  [LOOKS, "a person the rules name", ana, "production", "objects logs"],
  [LOOKS, "the same in a channel they name", slack("U0ANA", "C0OPS"), "production", "objects events logs"],
  [LOOKS, "another one in that channel", slack("U0GUS", "C0OPS"), "production", "events"],
  [LOOKS, "another one elsewhere", gus, "production", ""],
  [LOOKS, "a token, which has no channel", token, "production", ""],
  [LOOKS, "an environment no rule speaks of", gus, "staging", ALL],
  [LOOKS, "all namespaces at once, which may be production", gus, UNNAMED_ENVIRONMENT, ""],
  [LOOKS, "the same by whom the rules name for production", ana, UNNAMED_ENVIRONMENT, ""],
  ["looks: [{ users: [ci], may: [objects] }]\n", "a token by name", token, UNNAMED_ENVIRONMENT, "objects"],
  ["looks: [{ users: [ci], may: [objects] }]\n", "who that rule does not name", ana, "staging", ""],
  [
    `${ASKING}looks: [{ may: [logs] }]\n`,
    "who may only read, where a rule gives logs",
    gus,
    "production",
    "logs",
  ],
  [
    `${ASKING}looks: [{ may: [logs] }]\n`,
    "who may not ask there, whatever rules of looks say",
    ben,
    "production",
    "",
  ],
];

describe("what may be looked at for somebody", () => {
  for (const [rules, who, looker, environment, may] of cases)
    it(`${who}, ${environment}, ${rules.split(":")[0] || "no rules"}: ${may || "nothing"}`, () => {
      const policy = policyOf(`${BASE}${rules}`);
      const seen = LookKind.options.filter((kind) => mayLook(policy, looker, kind, environment));
      assert.deepEqual(seen, may.split(" ").filter(Boolean));
      for (const kind of LookKind.options) {
        const why = whyNotLook(policy, looker, { kinds: [kind], environments: [environment] });
        assert.equal(why === null, seen.includes(kind), kind);
      }
    });

  it("each kind has to be allowed in each environment, and the sentence names what is not", () => {
    const policy = policyOf(`${BASE}${LOOKS}`);
    const both = { kinds: ["objects", "files"], environments: ["production", "staging"] } as const;
    assert.match(whyNotLook(policy, ana, both) ?? "", /look at files in production from here \(looks/);
    assert.equal(whyNotLook(policy, ana, { ...both, kinds: ["objects"] }), null);
    assert.match(
      whyNotLook(policyOf(`${BASE}${ASKING}`), ben, { kinds: ["objects"], environments: [] }) ?? "",
      /\(asking in the policy file\)/,
    );
  });
});

describe("looks in the policy file", () => {
  it("are faults with their lines where a rule would never hold", () => {
    const read = parsePolicy(`${BASE}looks:
  - { environments: [prodction], may: [objects] }
  - { may: [] }
  - { may: [secrets] }
  - { channels: [ops], may: [logs] }
`);
    assert.ok(!read.ok);
    assert.deepEqual(
      read.faults.map((fault) => /^line (\d+), looks\.(\d)/.exec(fault)?.slice(1, 3)),
      [
        ["5", "1"],
        ["6", "2"],
        ["7", "3"],
      ],
    );
    const named = parsePolicy(`${BASE}looks:\n  - { environments: [prodction], may: [objects] }\n`);
    assert.match(
      named.ok ? "" : (named.faults[0] ?? ""),
      /^line 4, looks\.0\.environments\.0: no environment/,
    );
  });

  it("are part of the policy's hash where the file has them, and of none where it does not", () => {
    const hashOf = (text: string): string => policyOf(text).hash;
    assert.notEqual(hashOf(`${BASE}${LOOKS}`), hashOf(BASE));
    // Of this text before there were looks: a version that knows one more key voids no approval by that.
    assert.equal(hashOf(BASE), "88b21bb7b0d49d7a72515f133763a866cf2b0a0a3579daea19b21c1b22153c79");
  });
});

function policyOf(text: string): Policy {
  const read = parsePolicy(text);
  assert.ok(read.ok, read.ok ? "" : read.faults.join("; "));
  return read.policy;
}
