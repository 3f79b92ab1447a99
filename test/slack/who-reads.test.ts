import assert from "node:assert/strict";
import { describe, it } from "node:test";
import pino from "pino";
import type { Change } from "#change/change.ts";
import type { Known } from "#slack/client/lookups.ts";
import { createReadHome } from "#slack/home/content.ts";
import { createMayRead } from "#slack/sender/may-read.ts";
import { createTellApprovers } from "#slack/sender/tell-approvers.ts";
import { aChange, aQuestion } from "#test/support/changes.ts";

const slack = (userId: string) => ({ kind: "slack", teamId: "T1", userId }) as const;

describe("a card with a person", () => {
  it("is theirs while they are a member and may see the change; no silence of Slack takes it from them", async () => {
    const MESSAGE = { changeId: aChange().id, person: "U2", teamId: "T1" };
    const mayRead = (kind: "one" | "none", known: Known, person: string | null = "U2") =>
      createMayRead({
        changes: { find: async () => ({ kind }) },
        people: { isMember: async () => known },
        groupsOf: async () => [],
      } as unknown as Parameters<typeof createMayRead>[0])({ ...MESSAGE, person });
    const member: Known = { ok: true, person: slack("U2") };
    assert.equal(await mayRead("one", member), true);
    assert.equal(await mayRead("none", member), false);
    assert.equal(await mayRead("one", { ok: false, reason: "a guest" }), false);
    assert.equal(await mayRead("one", member, null), false);
    const fault = new Error("ratelimited");
    await assert.rejects(mayRead("one", { ok: false, reason: "not said", fault }), /ratelimited/);
  });

  it("goes to those who are named for every environment and members, not to the requester unless the rules say so", async () => {
    const { waiting, told } = asked();
    assert.deepEqual(await told(waiting), ["U2"]);
    const terms = waiting.terms && { ...waiting.terms, requesterMayApprove: true };
    assert.deepEqual(await told({ ...waiting, terms }), ["U1", "U2"]);
  });

  it("is sent to nobody for a question that is over", async () => {
    const { waiting, told } = asked();
    assert.deepEqual(await told(waiting, { revision: 1, round: 2 }), null);
    assert.deepEqual(await told(waiting, { revision: 2, round: 1 }), null);
    assert.deepEqual(await told({ ...waiting, status: "done", decisions: [] }), null);
  });
});

describe("a person's Home", () => {
  it("says why it shows nothing to a guest, and waits where Slack does not say who they are", async () => {
    const read = (known: Known) =>
      createReadHome({
        ...{ people: { isMember: async () => known }, groupsOf: async () => [], now: () => new Date() },
        changes: {},
      } as unknown as Parameters<typeof createReadHome>[0])({
        ...{ userId: "U2", teamId: "T1", wanted: 1, shown: null, notice: null, failures: 0 },
      });
    assert.deepEqual(await read({ ok: false, reason: "a guest" }), { refusal: "a guest" });
    const fault = new Error("ratelimited");
    await assert.rejects(read({ ok: false, reason: "not said", fault }), /ratelimited/);
  });
});

/** A change that U1 asked for and U1, U2 and the guest UGUEST may approve in both its environments, and who gets its card. */
function asked() {
  const named = (environment: string, users: string[]) => ({
    ...{ environments: [environment], users, groups: [], tokens: null, escalated: null },
  });
  const terms = {
    ...{ asksPerson: true, quorum: 1, requesterMayApprove: false, openMinutes: 60, nextEscalation: null },
    ...{ freezes: [], breakGlass: [], typedTarget: null, destroys: [], problem: null },
    approvers: [named("a", ["U1", "U2", "U3", "UGUEST"]), named("b", ["U1", "U2", "UGUEST"])],
  };
  const waiting = aChange({ status: "waiting", requester: slack("U1"), terms, decisions: [aQuestion()] });
  const told = async (change: Change, question = { revision: 1, round: 1 }) => {
    let people: readonly string[] | null = null;
    const tell = createTellApprovers({
      changes: { get: async () => change },
      people: {
        isMember: async (userId: string) =>
          userId === "UGUEST" ? { ok: false, reason: "a guest" } : { ok: true, person: slack(userId) },
      },
      findMembers: async () => [],
      port: {
        addDirect: async (_id: string, found: readonly string[]) => {
          people = found;
        },
      },
      log: pino({ level: "silent" }),
    } as unknown as Parameters<typeof createTellApprovers>[0]);
    assert.deepEqual(await tell(change.id, question), { kind: "sent", ts: null });
    return people;
  };
  return { waiting, told };
}
