import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { freezeAt } from "#change/approval.ts";
import { isSamePerson, type Person, type TokenPerson } from "#change/person.ts";
import type { Risk } from "#change/plan.ts";
import { namesNobody, termsOf, unapprovable } from "#policy/approvals/approval-terms.ts";
import {
  requirementOf,
  UNNAMED_ENVIRONMENT,
  whyNotBreakGlass,
  whyNotDecide,
} from "#policy/approvals/approvers.ts";
import { whyNotAsk } from "#policy/approvals/asking.ts";
import { freezeOf } from "#policy/approvals/freezes.ts";
import { builtInPolicy, type Policy, withApprovers } from "#policy/document.ts";
import { parsePolicy } from "#policy/read-policy.ts";
import { approvedAs } from "#test/support/approved.ts";

const RULES = `
version: 1
environments:
  production: { namespaces: [production] }
  staging: { namespaces: [staging] }
approvers: [UANN]
approvals:
  - { environments: [production], risks: [high], groups: [SSRE], users: [UBOSS], quorum: 2, open_minutes: 30 }
  - { environments: [production], users: [UANN, UBEN] }
  - { environments: [staging], users: [UBEN], tokens: [deploy], requester_may_approve: true, open_minutes: 240 }
  - { risks: [low], quorum: 3 }
break_glass: [UBOSS]
`;
const rules = read(RULES);

const HOME = "T1";
const ann = slack("UANN");
const ben = slack("UBEN");
const eve = slack("UEVE");
const ci: TokenPerson = { kind: "token", name: "ci", role: "approver", slackId: null };

describe("who approves what", () => {
  it("goes by the first rule that fits environment and risk, else by the approvers", () => {
    const cases: [environments: string[], risk: Risk, users: string[][], quorum: number, minutes: number][] =
      [
        [["production"], "high", [["UBOSS"]], 2, 30],
        [["production"], "medium", [["UANN", "UBEN"]], 1, 60],
        [["staging"], "high", [["UBEN"]], 1, 240],
        [[UNNAMED_ENVIRONMENT], "high", [["UANN"]], 1, 60],
        [[], "high", [["UANN"]], 1, 60],
        // A rule that names nobody means the approvers.
        [[UNNAMED_ENVIRONMENT], "low", [["UANN"]], 3, 60],
        [["production", "staging"], "high", [["UBOSS"], ["UBEN"]], 2, 30],
        [["staging", UNNAMED_ENVIRONMENT], "medium", [["UBEN"], ["UANN"]], 1, 60],
      ];
    for (const [environments, risk, users, quorum, minutes] of cases) {
      const found = requirementOf(rules, { environments, risk });
      const name = `${environments.join("+")} ${risk}`;
      assert.deepEqual(
        found.approvers.map((one) => one.users),
        users,
        name,
      );
      assert.equal(found.quorum, quorum, name);
      assert.equal(found.openMinutes, minutes, name);
    }
  });

  it("lets more people approve where the row says that a rule has escalated, each rule at its own time", () => {
    const policy = read(`
version: 1
environments:
  production: { namespaces: [production] }
  payments: { namespaces: [payments] }
  staging: { namespaces: [staging] }
approvals:
  - { environments: [production, payments], users: [UANN], escalate: { after_minutes: 20, users: [UANN, UEVE], groups: [SSRE] } }
  - { environments: [staging], users: [UBEN], escalate: { after_minutes: 10, users: [UEVE] } }
`);
    const all = ["production", "payments", "staging"];
    const at = (escalated: string[]) => requirementOf(policy, { environments: all, risk: "high", escalated });
    assert.deepEqual(at([]).nextEscalation, { afterMinutes: 10, environments: ["staging"] });
    assert.match(why(eve, at([])) ?? "", /approvers for production, payments, staging/);
    const first = at(["staging"]);
    assert.deepEqual(first.nextEscalation, { afterMinutes: 20, environments: ["production", "payments"] });
    assert.match(why(eve, first) ?? "", /approvers for production, payments\./);
    // Half of a rule's environments is not its escalation.
    assert.equal(at(["staging", "production"]).approvers[0]?.escalated, null);
    const last = at(["staging", "production", "payments"]);
    assert.equal(last.nextEscalation, null);
    assert.equal(why(eve, last), null);
    assert.deepEqual(last.approvers[0], {
      environments: ["production", "payments"],
      users: ["UANN", "UEVE"],
      groups: ["SSRE"],
      tokens: null,
      escalated: { users: ["UEVE"], groups: ["SSRE"] },
    });
    assert.match(why(ann, last) ?? "", /approvers for staging/, "nobody is let in elsewhere by it");
  });

  it("asks of a person that every environment's rule allows them", () => {
    const both = requirementOf(rules, { environments: ["production", "staging"], risk: "medium" });
    assert.equal(why(ben, both), null);
    assert.match(why(ann, both) ?? "", /approvers for staging/);
    assert.match(why(eve, both) ?? "", /approvers for production, staging/);
  });

  it("takes a member of a group by what Slack says now, and nobody else", () => {
    const high = requirementOf(rules, { environments: ["production"], risk: "high" });
    assert.equal(why(eve, high, ["SSRE"]), null);
    assert.match(why(eve, high, ["SOTHER"]) ?? "", approvedAs("approvals/not-an-approver"));
    assert.match(why(eve, high) ?? "", approvedAs("approvals/not-an-approver"));
  });

  it("takes no decision of a person about their own change, unless every rule says so", () => {
    const staging = requirementOf(rules, { environments: ["staging"], risk: "medium" });
    const both = requirementOf(rules, { environments: ["staging", "production"], risk: "medium" });
    assert.equal(why(ben, staging, [], ben), null);
    assert.match(why(ben, both, [], ben) ?? "", approvedAs("approvals/own-change"));
    for (const [person, requester] of [
      [{ ...ci, slackId: "UBEN" }, ben],
      [ben, { ...ci, slackId: "UBEN" }],
      [
        { ...ci, slackId: "WBEN" },
        { ...ben, enterpriseUserId: "WBEN" },
      ],
      [{ ...ben, teamId: "T2" }, ben],
    ] as const)
      assert.equal(isSamePerson(person, requester), true);
    assert.equal(isSamePerson(ben, ann), false);
    assert.equal(isSamePerson(ci, { ...ci, name: "other" }), false);
  });

  it("takes nobody of another workspace, whatever their id is", () => {
    const medium = requirementOf(rules, { environments: ["production"], risk: "medium" });
    assert.match(why({ ...ben, teamId: "T2" }, medium) ?? "", /another workspace/);
    const byApi = whyNotDecide(ben, { requester: eve, teamId: null }, medium, []);
    assert.match(byApi ?? "", /asked for by API/);
    // In an organisation the list may name the id that holds in all of its workspaces.
    assert.equal(why({ ...eve, enterpriseUserId: "UBEN" }, medium), null);
  });

  it("takes a token by its role, and by its name where a rule names tokens", () => {
    const medium = requirementOf(rules, { environments: ["production"], risk: "medium" });
    const staging = requirementOf(rules, { environments: ["staging"], risk: "medium" });
    assert.equal(why(ci, medium), null);
    assert.match(why({ ...ci, role: "requester" }, medium) ?? "", /role is requester/);
    assert.match(why(ci, staging) ?? "", /not one of the approvers for staging/);
    assert.equal(why({ ...ci, name: "deploy" }, staging), null);
    assert.match(why({ kind: "policy", version: "1" }, medium) ?? "", /does not answer/);
  });

  it("lets only the named people break the glass, also about their own change, and no token", () => {
    const list = rules.break_glass;
    assert.equal(whyNotBreakGlass(slack("UBOSS"), HOME, list), null);
    assert.match(whyNotBreakGlass(ann, HOME, list) ?? "", /not among/);
    assert.match(
      whyNotBreakGlass({ ...slack("UBOSS"), teamId: "T2" }, HOME, list) ?? "",
      /another workspace/,
    );
    assert.match(
      whyNotBreakGlass({ ...ci, slackId: "UBOSS" }, HOME, list) ?? "",
      approvedAs("approvals/no-glass-by-api"),
    );
    assert.match(whyNotBreakGlass(ann, HOME, []) ?? "", /not among/);
  });
});

describe("whether there are people enough", () => {
  const now = new Date();
  const problem = (policy: Policy, environments: string[], tokens: TokenPerson[] = [], requester?: Person) =>
    termsOf(policy, { environments, risk: "high", requester: requester ?? null }, { tokens, now }).problem ??
    "";

  it("says when nobody can approve, for each requirement and with what to do", () => {
    assert.match(problem(builtInPolicy, ["x"]), /nobody in Slack.*GREENLIGHT_APPROVERS/);
    assert.match(problem(builtInPolicy, ["x"], [ci]), /By API it can be approved/);
    assert.match(problem(rules, [UNNAMED_ENVIRONMENT], [], ann), /its only approver asked for it/);
    assert.equal(problem(rules, [UNNAMED_ENVIRONMENT], [], ben), "");
    assert.match(problem(rules, ["staging", UNNAMED_ENVIRONMENT]), /nobody in Slack/);
    const worded = (said: Person[]) => {
      const asked = { environments: [UNNAMED_ENVIRONMENT], risk: "high", requester: ben, said } as const;
      return termsOf(rules, asked, { tokens: [], now }).problem;
    };
    assert.match(worded([ann]) ?? "", /whoever could approve it said how it should be; asked for anew/);
    assert.equal(worded([ben]), null);
    const two = read(`{version: 1, approvers: [UA, UB], approvals: [{quorum: 2}]}`);
    assert.equal(problem(two, ["x"]), "");
    assert.match(problem(two, ["x"], [], slack("UA")), /takes 2 approvals, and only 1 person can/);
    assert.equal(problem(two, ["x"], [ci], slack("UA")), "");
    // The token is one of the two people.
    assert.match(problem(two, ["x"], [{ ...ci, slackId: "UB" }], slack("UA")), /only 1 person/);
    // How many are in a group only Slack knows.
    assert.equal(problem(read(`{version: 1, approvals: [{groups: [S1], quorum: 9}]}`), ["x"]), "");
  });

  it("says so at the start, for the environments it holds for", () => {
    const named = "environments: {production: {namespaces: [p]}}";
    const lines = unapprovable(
      read(`{version: 1, ${named}, approvals: [{environments: [production], users: [UA]}]}`),
      { tokens: [], now },
    );
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", /^medium risk in an environment the policy does not name, high risk in/);
    assert.deepEqual(unapprovable(withApprovers(builtInPolicy, ["UA"]), { tokens: [], now }), []);
    assert.equal(namesNobody(builtInPolicy), true);
    assert.equal(namesNobody(read(`{version: 1, approvals: [{groups: [S1]}]}`)), false);
  });
});

describe("who may ask for what, and where", () => {
  const asking = read(`
version: 1
environments: { production: { namespaces: [p] }, staging: { namespaces: [s] } }
asking:
  - { users: [UANN, deploy], environments: [production] }
  - { channels: [C1], max_risk: medium }
`);
  const about = (
    requester: Person,
    channelId: string | null,
    environments?: string[],
    risk: Risk = "medium",
  ) =>
    whyNotAsk(asking, {
      requester,
      channelId,
      planned: environments === undefined ? null : { environments, risk },
    });

  it("lets everybody ask where there are no rules", () => {
    const anything = { environments: ["x"], risk: "high" } as const;
    assert.equal(whyNotAsk(rules, { requester: eve, channelId: null, planned: anything }), null);
  });

  it("looks at person and channel before there is a plan, at everything after it", () => {
    const deploy: Person = { ...ci, name: "deploy", role: "requester" };
    const cases: [expected: RegExp | null, ...Parameters<typeof about>][] = [
      [null, ann, "C2"],
      [null, eve, "C1"],
      [approvedAs("approvals/ask-elsewhere"), eve, "C2"],
      [approvedAs("approvals/ask-elsewhere"), eve, null],
      [null, deploy, null],
      [null, ann, "C2", ["production"], "high"],
      [/medium risk in staging/, ann, "C2", ["production", "staging"]],
      [null, ann, "C1", ["production", "staging"]],
      [null, eve, "C1", [UNNAMED_ENVIRONMENT]],
      [/high risk in staging/, eve, "C1", ["staging"], "high"],
    ];
    for (const [expected, ...given] of cases) {
      const found = about(...given);
      if (expected === null) assert.equal(found, null, JSON.stringify(given));
      else assert.match(found ?? "", expected, JSON.stringify(given));
    }
  });
});

describe("freezes", () => {
  const frozen = read(`
version: 1
environments: { production: { namespaces: [p] }, staging: { namespaces: [s] } }
freezes:
  - { from: "2026-12-24T00:00:00Z", until: "2026-12-27T00:00:00+01:00", environments: [production], reason: holidays }
  - { from: "2026-12-31T12:00:00Z", until: "2027-01-01T12:00:00Z", reason: new year }
`);
  const at = (text: string, environments: string[], risk: Risk = "medium") =>
    freezeOf(frozen, { environments, risk }, new Date(text))?.reason ?? null;

  it("hold from their first moment to before their last, in their environments and in unnamed ones", () => {
    assert.equal(at("2026-12-23T23:59:59Z", ["production"]), null);
    assert.equal(at("2026-12-24T00:00:00Z", ["production"]), "holidays");
    assert.equal(at("2026-12-26T22:59:59Z", ["staging", "production"]), "holidays");
    assert.equal(at("2026-12-26T23:00:00Z", ["production"]), null);
    assert.equal(at("2026-12-25T00:00:00Z", ["staging"]), null);
    assert.equal(at("2026-12-25T00:00:00Z", [UNNAMED_ENVIRONMENT]), "holidays");
    assert.equal(at("2027-01-01T00:00:00Z", ["staging"]), "new year");
  });

  it("keep nothing that only reads", () => {
    assert.equal(at("2026-12-25T00:00:00Z", ["production"], "low"), null);
  });

  it("name the one that ends last when several hold", () => {
    const until = (day: number) => new Date(Date.UTC(2026, 0, day));
    const one = { from: until(1), environments: [] };
    const found = freezeAt(
      [
        { ...one, until: until(5), reason: "a" },
        { ...one, until: until(9), reason: "b" },
        { ...one, until: until(7), reason: "c" },
      ],
      until(3),
    );
    assert.equal(found?.reason, "b");
  });

  it("are refused by the policy reader when they end before they begin", () => {
    const parsed = parsePolicy(
      `version: 1\nfreezes:\n  - { from: "2026-12-24T00:00:00Z", until: "2026-12-24T00:00:00Z", reason: x }`,
    );
    assert.ok(!parsed.ok);
    assert.match(parsed.faults.join(), /line 3.*until.*would never hold/);
  });
});

function read(text: string): Policy {
  const parsed = parsePolicy(text);
  assert.ok(parsed.ok, parsed.ok ? "" : parsed.faults.join("; "));
  return parsed.policy;
}

function slack(userId: string): Person & { kind: "slack" } {
  return { kind: "slack", teamId: HOME, userId };
}

function why(
  person: Person,
  requirement: ReturnType<typeof requirementOf>,
  groups: string[] = [],
  requester: Person = slack("UASKER"),
): string | null {
  return whyNotDecide(person, { requester, teamId: HOME }, requirement, groups);
}
