import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createCancelAs } from "#slack/clicks/cancelling.ts";
import { createDecideAs, createFindHere } from "#slack/clicks/deciding.ts";
import { createUnlockAs } from "#slack/clicks/unlocking.ts";
import type { Where } from "#slack/client/where.ts";
import { approvedAs } from "#test/support/approved.ts";
import { aChange } from "#test/support/changes.ts";

const CHANGE = aChange({ status: "running" });
const MEMBER = { ok: true, person: { kind: "slack", teamId: "T1", userId: "U2" } } as const;
const there: Where = { userId: "U2", userTeamId: "T1", teamId: "T1", channelId: "C1" };
const directly: Where = { ...there, channelId: "D2" };
const onHome: Where = { ...there, channelId: "", onHome: true };

describe("what a form shows of a change", () => {
  it("is for its channel, and elsewhere for who may see it by now: a card that came directly stays, its reader may not", async () => {
    const now = { maySee: true, isMember: true };
    const find = findHere(now);
    for (const where of [there, directly, onHome]) assert.notEqual(await find(CHANGE.id, where), "elsewhere");
    for (const gone of [{ maySee: false }, { isMember: false }]) {
      Object.assign(now, { maySee: true, isMember: true }, gone);
      assert.notEqual(await find(CHANGE.id, there), "elsewhere");
      for (const where of [directly, onHome]) assert.equal(await find(CHANGE.id, where), "elsewhere");
    }
  });

  it("is nothing in another channel, another workspace and another person's direct messages", async () => {
    const find = findHere({ maySee: true, isMember: true });
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
    let isHere = false;
    const needs = {
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
      people: { isMember: async () => MEMBER },
      findGroups: async () => ({ groups: [], fault: null }),
      isHere: async () => isHere,
    } as unknown as Parameters<typeof createDecideAs>[0];
    const question = { changeId: CHANGE.id, revision: 1, round: 1, digest: "a".repeat(12) };
    const given = { ...question, gate: "approval", answer: "approve", reason: null } as const;
    const click = async () => [
      await createDecideAs(needs)(there, given),
      await createCancelAs(needs)(there, CHANGE.id, null),
    ];
    const [elsewhere = "", notStopped = ""] = await click();
    assert.match(elsewhere, approvedAs("clicks/elsewhere"));
    assert.match(notStopped, approvedAs("clicks/cancel-elsewhere"));
    assert.deepEqual(asked, []);
    isHere = true;
    await click();
    assert.deepEqual(asked, ["decide", "cancel"]);
    // Nor for a guest, a stranger, or anybody of whom Slack says nothing.
    needs.people.isMember = async () => ({ ok: false, reason: "Guests cannot." });
    for (const text of await click()) assert.match(text, /Guests cannot\.$/);
    assert.deepEqual(asked, ["decide", "cancel"]);
  });
});

describe("what is unlocked", () => {
  it("is nothing by whom Slack does not call a member, and groups are asked of Slack for it", async () => {
    const asked: unknown[] = [];
    let known: object = { ok: false, reason: "Guests cannot." };
    const unlockAs = createUnlockAs({
      changes: {
        get: async () => ({ ...CHANGE, terms: {} }),
        unlock: async ({ by, groups }: { by: unknown; groups: unknown }) => {
          asked.push([by, groups]);
          return { kind: "unknown" };
        },
      },
      people: { isMember: async () => known },
      findGroups: async () => ({ groups: ["S1"], fault: null }),
    } as unknown as Parameters<typeof createUnlockAs>[0]);
    const given = { changeId: CHANGE.id, reason: "it is stuck" };
    assert.match(await unlockAs(there, given), /Guests cannot\.$/);
    assert.deepEqual(asked, []);
    known = MEMBER;
    await unlockAs(there, given);
    assert.deepEqual(asked, [[MEMBER.person, ["S1"]]]);
  });
});

/** Finds in a workspace where the card stands in C1, and with U2 in D2. */
function findHere(now: { maySee: boolean; isMember: boolean }) {
  return createFindHere({
    changes: {
      get: async () => CHANGE,
      steps: async () => [],
      find: async () => (now.maySee ? { kind: "one", change: CHANGE, cardTs: null } : { kind: "none" }),
    },
    people: { isMember: async () => (now.isMember ? MEMBER : { ok: false, reason: "no" }) },
    groupsOf: async () => [],
    isDirectCard: async ({ userId, channelId }: { userId: string; channelId: string }) =>
      userId === "U2" && channelId === "D2",
  } as unknown as Parameters<typeof createFindHere>[0]);
}
