import assert from "node:assert/strict";
import { describe, it } from "node:test";
import pino from "pino";
import type { Change } from "#change/change.ts";
import type { Known } from "#slack/client/lookups.ts";
import { createReadHome } from "#slack/home/content.ts";
import { mayRead, tellApprovers } from "#slack/sender/direct.ts";
import { aChange, aQuestion } from "#test/support/changes.ts";
import { slackDeps } from "#test/support/slack-deps.ts";

const slack = (userId: string) => ({ kind: "slack", teamId: "T1", userId }) as const;

describe("a card with a person", () => {
  it("is theirs while they are a member and may see the change; no silence of Slack takes it from them", async () => {
    const MESSAGE = { changeId: aChange().id, person: "U2", teamId: "T1" };
    const theirs = (kind: "one" | "none", known: Known, person: string | null = "U2") =>
      mayRead(
        slackDeps({
          known: () => known,
          changes: {
            find: async () => (kind === "one" ? { kind, change: aChange(), cardTs: null } : { kind }),
          },
        }),
        { ...MESSAGE, person },
      );
    const member: Known = { ok: true, person: slack("U2") };
    assert.equal(await theirs("one", member), true);
    assert.equal(await theirs("none", member), false);
    assert.equal(await theirs("one", { ok: false, reason: "a guest" }), false);
    assert.equal(await theirs("one", member, null), false);
    const fault = new Error("ratelimited");
    await assert.rejects(theirs("one", { ok: false, reason: "not said", fault }), /ratelimited/);
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
      createReadHome(slackDeps({ known: () => known }))({
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
    const isMember = async (userId: string) =>
      userId === "UGUEST"
        ? ({ ok: false, reason: "a guest" } as const)
        : ({ ok: true, person: slack(userId) } as const);
    const deps = {
      ...slackDeps({
        changes: { get: async () => change },
        outbox: {
          addDirect: async (_id, found) => {
            people = found;
          },
        },
        log: pino({ level: "silent" }),
      }),
      people: { isMember, mayAsk: isMember },
    };
    assert.deepEqual(await tellApprovers(deps, change.id, question), { kind: "sent", ts: null });
    return people;
  };
  return { waiting, told };
}
