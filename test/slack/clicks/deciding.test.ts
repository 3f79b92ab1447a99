import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cancelAs } from "#slack/clicks/cancelling.ts";
import { decideAs } from "#slack/clicks/deciding.ts";
import { findHere } from "#slack/clicks/is-here.ts";
import { unlockAs } from "#slack/clicks/unlocking.ts";
import type { Known } from "#slack/client/lookups.ts";
import type { Where } from "#slack/client/where.ts";
import { approvedAs } from "#test/support/approved.ts";
import { aChange } from "#test/support/changes.ts";
import { slackDeps } from "#test/support/slack-deps.ts";
import { theTerms } from "#test/support/stages.ts";

const CHANGE = aChange({ status: "running" });
const MEMBER = { ok: true, person: { kind: "slack", teamId: "T1", userId: "U2" } } as const;
const there: Where = { userId: "U2", userTeamId: "T1", teamId: "T1", channelId: "C1" };
const directly: Where = { ...there, channelId: "D2" };
const onHome: Where = { ...there, channelId: "", onHome: true };

describe("what a form shows of a change", () => {
  it("is for its channel, and elsewhere for who may see it by now: a card that came directly stays, its reader may not", async () => {
    const now = { maySee: true, isMember: true };
    const find = finding(now);
    for (const where of [there, directly, onHome]) assert.notEqual(await find(CHANGE.id, where), "elsewhere");
    for (const gone of [{ maySee: false }, { isMember: false }]) {
      Object.assign(now, { maySee: true, isMember: true }, gone);
      assert.notEqual(await find(CHANGE.id, there), "elsewhere");
      for (const where of [directly, onHome]) assert.equal(await find(CHANGE.id, where), "elsewhere");
    }
  });

  it("is nothing in another channel, another workspace and another person's direct messages", async () => {
    const find = finding({ maySee: true, isMember: true });
    for (const where of [
      { ...there, channelId: "C2" },
      { ...there, teamId: "T2" },
      { ...directly, teamId: "T2" },
      { ...directly, channelId: "D3" },
      { ...directly, userId: "U3" },
    ])
      assert.equal(await find(CHANGE.id, where), "elsewhere", JSON.stringify(where));
  });
});

describe("what is clicked where the change does not belong", () => {
  it("decides nothing and stops nothing: the port is not even asked", async () => {
    const asked: string[] = [];
    let known: Known = MEMBER;
    const deps = slackDeps({
      known: () => known,
      outbox: { isDirectCard: async () => false },
      changes: {
        get: async () => CHANGE,
        decide: async () => {
          asked.push("decide");
          return { kind: "unknown" };
        },
        cancel: async () => {
          asked.push("cancel");
          return { kind: "unknown" };
        },
      },
    });
    const question = { changeId: CHANGE.id, revision: 1, round: 1, digest: "a".repeat(12) };
    const given = { ...question, gate: "approval", answer: "approve", reason: null } as const;
    const click = async (where: Where) => [
      await decideAs(deps, where, given),
      await cancelAs(deps, where, CHANGE.id, null),
    ];
    const [elsewhere = "", notStopped = ""] = await click({ ...there, channelId: "C2" });
    assert.match(elsewhere, approvedAs("clicks/elsewhere"));
    assert.match(notStopped, approvedAs("clicks/cancel-elsewhere"));
    assert.deepEqual(asked, []);
    await click(there);
    assert.deepEqual(asked, ["decide", "cancel"]);
    // Nor for a guest, a stranger, or anybody of whom Slack says nothing.
    known = { ok: false, reason: "Guests cannot." };
    for (const text of await click(there)) assert.match(text, /Guests cannot\.$/);
    assert.deepEqual(asked, ["decide", "cancel"]);
  });
});

describe("what is unlocked", () => {
  it("is nothing by whom Slack does not call a member, and groups are asked of Slack for it", async () => {
    const asked: unknown[] = [];
    let known: Known = { ok: false, reason: "Guests cannot." };
    const deps = slackDeps({
      known: () => known,
      findGroups: async () => ({ groups: ["S1"], fault: null }),
      changes: {
        get: async () => ({ ...CHANGE, terms: theTerms() }),
        unlock: async ({ by, groups }) => {
          asked.push([by, groups]);
          return { kind: "unknown" };
        },
      },
    });
    const given = { changeId: CHANGE.id, reason: "it is stuck" };
    assert.match(await unlockAs(deps, there, given), /Guests cannot\.$/);
    assert.deepEqual(asked, []);
    known = MEMBER;
    await unlockAs(deps, there, given);
    assert.deepEqual(asked, [[MEMBER.person, ["S1"]]]);
  });
});

/** Finds in a workspace where the card stands in C1, and with U2 in D2. */
function finding(now: { maySee: boolean; isMember: boolean }) {
  const deps = slackDeps({
    known: () => (now.isMember ? MEMBER : { ok: false, reason: "no" }),
    outbox: { isDirectCard: async ({ userId, channelId }) => userId === "U2" && channelId === "D2" },
    changes: {
      get: async () => CHANGE,
      steps: async () => [],
      find: async () => (now.maySee ? { kind: "one", change: CHANGE, cardTs: null } : { kind: "none" }),
    },
  });
  return (changeId: string, where: Where) => findHere(deps, changeId, where);
}
