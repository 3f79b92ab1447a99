import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { webApi } from "@slack/bolt";
import pino from "pino";
import type { ApprovalTerms } from "#change/approval.ts";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import { createCanPostIn } from "#slack/client/channels.ts";
import { askingOptions } from "#slack/client/clients.ts";
import { createFindGroups } from "#slack/client/groups.ts";
import { createPeople, type People } from "#slack/client/people.ts";
import { approvedIn } from "#test/support/approved.ts";
import { startOwnSlack } from "#test/support/own-slack.ts";

const STRANGER = { id: "U0STRANGE1", name: "sam", teamId: "T0OTHER001" };
const SRE = "S0SRE00001";

describe("who may act, as Slack says now", () => {
  const approved = approvedIn("who-may-act");
  let slack: SlackStandIn;
  let client: webApi.WebClient;
  let people: People;
  before(async () => {
    slack = await startOwnSlack({ users: [STRANGER] });
    client = new webApi.WebClient(slack.tokens.bot, askingOptions(slack.apiUrl, pino({ level: "silent" })));
    const home = { teamId: slack.team.id, enterpriseId: null };
    people = createPeople({ client, home, requesters: [], channels: [] });
  });
  after(() => slack.stop());

  it("is a full member of the bot's own workspace, and nobody else", async () => {
    const { users, team } = slack;
    const ben = { kind: "slack", teamId: team.id, userId: users.ben };
    assert.deepEqual(await people.isMember(users.ben, team.id), { ok: true, person: ben });
    for (const [user, teamId, reason] of [
      [users.gus, team.id, "guest"],
      [users.dora, team.id, "deactivated"],
      [users.otherBot, team.id, "bot"],
      [STRANGER.id, team.id, "another-workspace"],
      [STRANGER.id, STRANGER.teamId, "acts-from-another-workspace"],
      [users.ben, STRANGER.teamId, "acts-from-another-workspace"],
      ["U0NOBODY01", team.id, "unknown"],
    ] as const) {
      const known = await people.isMember(user, teamId);
      assert.ok(!known.ok, user);
      approved(reason, known.reason);
    }
  });

  it("is nobody where Slack does not say, and asks only where the bot is", async () => {
    const { users, team, channels } = slack;
    for (const [code, name] of [
      ["fatal_error", "unanswered"],
      ["missing_scope", "scope"],
      ["invalid_auth", "app-refused"],
    ] as const) {
      slack.faults.errorOn(1, code, "users.info");
      const known = await createPeople({
        ...{ client, home: { teamId: team.id, enterpriseId: null }, requesters: [], channels: [] },
      }).isMember(users.ana, team.id);
      assert.ok(!known.ok);
      approved(name, known.reason);
    }
    const narrow = createPeople({
      ...{ client, home: { teamId: team.id, enterpriseId: null } },
      ...{ requesters: [users.ben], channels: [channels.infra] },
    });
    const elsewhere = await narrow.mayAsk(users.ana, team.id, channels.general);
    const notAsked = await narrow.mayAsk(users.ana, team.id, channels.infra);
    assert.ok(!elsewhere.ok && !notAsked.ok);
    approved("asks-elsewhere", elsewhere.reason);
    approved("may-not-ask", notAsked.reason);
    const canPostIn = createCanPostIn(client);
    assert.equal((await canPostIn(channels.infra)).ok, true);
    for (const [channel, name] of [
      [channels.general, "not-in-channel"],
      ["D0ANA00001", "direct-message"],
    ] as const) {
      const place = await canPostIn(channel);
      assert.ok(!place.ok);
      approved(name, place.reason);
    }
    for (const [code, name] of [
      ["fatal_error", "channel-unanswered"],
      ["missing_scope", "channel-scope"],
    ] as const) {
      slack.faults.errorOn(1, code, "conversations.info");
      const place = await canPostIn(channels.infra);
      assert.ok(!place.ok);
      approved(name, place.reason);
    }
  });

  it("is nobody of whom Slack does not plainly say that they are a full member of this workspace or organisation", async () => {
    const [teamId, enterpriseId] = [slack.team.id, "E0ACME0001"];
    const flags = { deleted: false, is_bot: false, is_restricted: false, is_ultra_restricted: false };
    const member = { id: "U0ANA00001", team_id: teamId, ...flags };
    const isMember = async (user: object) => {
      const users = { info: async () => ({ user }) };
      const needs = { client: { users } as unknown as webApi.WebClient, requesters: [], channels: [] };
      return (await createPeople({ ...needs, home: { teamId, enterpriseId } }).isMember(member.id, teamId))
        .ok;
    };
    const grid = { id: "W0ANA00001", enterprise_id: enterpriseId, teams: [teamId] };
    const elsewhere = { ...member, team_id: STRANGER.teamId };
    assert.equal(await isMember(member), true);
    assert.equal(await isMember({ ...elsewhere, enterprise_user: grid }), true);
    for (const user of [
      {},
      { ...member, id: "U0BEN00001" },
      ...Object.keys(flags).flatMap((flag) => [
        { ...member, [flag]: true },
        { ...member, [flag]: undefined },
      ]),
      { ...member, is_stranger: true },
      elsewhere,
      { ...elsewhere, enterprise_user: { ...grid, teams: [STRANGER.teamId] } },
      { ...elsewhere, enterprise_user: { ...grid, enterprise_id: "E0OTHER001" } },
    ])
      assert.equal(await isMember(user), false, JSON.stringify(user));
  });

  it("is a member of this workspace also where a click carries another one of the same organisation, and nobody from outside", async () => {
    const [teamId, enterpriseId, own] = [slack.team.id, "E0ACME0001", "T0SISTER01"];
    const flags = { deleted: false, is_bot: false, is_restricted: false, is_ultra_restricted: false };
    const grid = { id: "W0ANA00001", enterprise_id: enterpriseId, teams: [own, teamId] };
    const member = { id: "U0ANA00001", team_id: own, ...flags, enterprise_user: grid };
    let asked = 0;
    const isMember = async (user: object, team: string, enterprise: string | null = enterpriseId) => {
      const info = async () => {
        asked += 1;
        return { user };
      };
      const needs = {
        client: { users: { info } } as unknown as webApi.WebClient,
        requesters: [],
        channels: [],
      };
      const known = createPeople({ ...needs, home: { teamId, enterpriseId: enterprise } });
      return known.isMember(member.id, team);
    };
    const person = { kind: "slack", teamId, userId: member.id, enterpriseUserId: grid.id };
    for (const team of [own, teamId]) assert.deepEqual(await isMember(member, team), { ok: true, person });
    for (const [user, why] of [
      [{ ...member, enterprise_user: { ...grid, teams: [own] } }, "another-workspace"],
      [{ ...member, enterprise_user: { ...grid, enterprise_id: "E0OTHER001" } }, "another-workspace"],
      [{ ...member, enterprise_user: undefined }, "another-workspace"],
      [{ ...member, is_stranger: true }, "another-workspace"],
      [{ ...member, is_restricted: true }, "guest"],
      [{ ...member, deleted: true }, "deactivated"],
    ] as const) {
      const known = await isMember(user, own);
      assert.ok(!known.ok);
      approved(why, known.reason);
    }
    const before = asked;
    assert.equal((await isMember(member, own, null)).ok, false);
    assert.equal(asked, before, "without an organisation Slack is not asked about strangers");
  });

  it("is in a group when Slack says so; half an answer, none, and a disabled group are a no", async () => {
    const findGroups = createFindGroups(client);
    const cleo = { kind: "slack", teamId: slack.team.id, userId: slack.users.cleo } as const;
    const find = (groups: string[], users: string[] = []) => findGroups(cleo, terms(groups, users));
    assert.deepEqual(await find([SRE]), { groups: [SRE], fault: null });
    const unknown = await find([SRE, "S0NONE0001"]);
    assert.deepEqual(unknown.groups, [SRE]);
    assert.match(unknown.fault ?? "", /S0NONE0001/);
    approved("group-unknown", unknown.fault);
    const group = slack.usergroups.get(SRE);
    assert.ok(group);
    group.isDisabled = true;
    const disabled = await find([SRE]);
    assert.deepEqual(disabled.groups, []);
    approved("group-gone", disabled.fault);
    group.isDisabled = false;
    slack.faults.errorOn(1, "missing_scope", "usergroups.users.list");
    approved("group-scope", (await find([SRE])).fault);
    slack.faults.errorOn(1, "plan_upgrade_required", "usergroups.users.list");
    approved("group-plan", (await find([SRE])).fault);
    const half = { users: ["U0OTHERS01"], response_metadata: { next_cursor: "more" } };
    const list = async () => half;
    const halfway = createFindGroups({ usergroups: { users: { list } } } as unknown as webApi.WebClient);
    const unclear = await halfway(cleo, terms([SRE], []));
    assert.deepEqual(unclear.groups, []);
    approved("group-unclear", unclear.fault);
    // The organisation's id counts as well.
    group.users = ["W0CLEO0001"];
    const grid = { ...cleo, enterpriseUserId: "W0CLEO0001" };
    assert.deepEqual((await findGroups(grid, terms([SRE], []))).groups, [SRE]);
    assert.deepEqual(await find([SRE]), { groups: [], fault: null });
  });

  it("is not looked for in groups when the rule names them", async () => {
    const findGroups = createFindGroups(client);
    const before = slack.calls.length;
    const cleo = { kind: "slack", teamId: slack.team.id, userId: slack.users.cleo } as const;
    await findGroups(cleo, terms([SRE], [slack.users.cleo]));
    assert.equal(slack.calls.length, before);
  });
});

function terms(groups: string[], users: string[]): ApprovalTerms {
  return {
    approvers: [{ environments: ["production"], users, groups, tokens: null, escalated: null }],
    ...{
      asksPerson: true,
      quorum: 1,
      requesterMayApprove: false,
      openMinutes: 60,
      nextEscalation: null,
      freezes: [],
      breakGlass: [],
      typedTarget: null,
      destroys: [],
      problem: null,
    },
  };
}
