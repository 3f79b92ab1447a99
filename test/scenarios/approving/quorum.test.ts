import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { z } from "zod";
import type { Change } from "#change/change.ts";
import type { Decided } from "#change/changes.ts";
import type { TokenPerson } from "#change/person.ts";
import { builtInPolicy } from "#policy/document.ts";
import { createRedact } from "#redact/redact.ts";
import { createRecordEvents } from "#store/events.ts";
import { ANA_SECRET, BEN_SECRET, type Program, planOf, startProgram } from "#test/support/program.ts";
import { createChanges } from "#threads/changes.ts";

const QUORUM = 3;
/** From two clicks at once to fifty. */
const CLICKS = [2, 3, 5, 13, 50];
const DEE_SECRET = "dee-0123456789abcdef";
const TOKENS = `ana:requester:${ANA_SECRET},ben:approver:${BEN_SECRET},dee:approver:${DEE_SECRET}`;

describe("a quorum", () => {
  let program: Program;
  before(async () => {
    program = await startProgram(
      { GREENLIGHT_API_TOKENS: TOKENS },
      { policy: `{ version: 1, approvals: [{ quorum: ${QUORUM} }] }` },
    );
  });
  after(() => program.close());

  const waiting = async (name: string): Promise<Change> => {
    program.model.script({ agent: "planner", json: planOf([["version", null]], "high") });
    const change = await program.ask(name);
    assert.equal(change.status, "waiting");
    return change;
  };
  const click = (
    change: Change,
    by: TokenPerson,
    answer: "approve" | "reject" = "approve",
  ): Promise<Decided> =>
    program.app.changes.decide({
      changeId: change.id,
      gate: "approval",
      revision: change.revision,
      round: change.decisions[0]?.round ?? 1,
      digest: change.digest ?? "",
      answer,
      by,
      reason: "As was agreed",
    });

  for (const clicks of CLICKS) {
    it(`has one winner of ${clicks} clicks at once, each by somebody else, and one run`, async () => {
      const change = await waiting(`${clicks} clicks`);
      const answers = await Promise.all(
        Array.from({ length: clicks }, (_, index) => click(change, token(index))),
      );
      const kinds = countsOf(answers);
      const approvals = (await program.app.changes.get(change.id))?.decisions[0]?.approvals ?? [];
      assert.equal(approvals.length, Math.min(clicks, QUORUM));
      if (clicks < QUORUM) {
        assert.deepEqual(kinds, { counted: clicks });
        assert.deepEqual(await program.ran(change.id), []);
        await click(change, token(0), "reject");
        return;
      }
      const rest = clicks - QUORUM;
      assert.deepEqual(kinds, { decided: 1, counted: QUORUM - 1, ...(rest === 0 ? {} : { already: rest }) });
      await program.until(change.id, "done");
      assert.deepEqual(await program.ran(change.id), ["forward 1 done"]);
    });
  }

  it("counts one person once, however often and under whichever name they click", async () => {
    const change = await waiting("one person, many clicks");
    const slackId = "U0BEN00001";
    const same = [
      ...Array.from({ length: 20 }, () => ({ ...token(1), slackId })),
      ...Array.from({ length: 20 }, () => ({ ...token(2), slackId })),
    ];
    const answers = await Promise.all(same.map((by) => click(change, by)));
    assert.deepEqual(countsOf(answers), { counted: 40 });
    assert.equal(answers.filter((one) => one.kind === "counted" && one.isNew).length, 1);
    const after = await program.app.changes.get(change.id);
    assert.equal(after?.decisions[0]?.approvals.length, 1);
    assert.equal(after?.status, "waiting");
    await click(change, token(1), "reject");
  });

  it("ends with one Reject among approvals at the same moment, or runs with a whole quorum: never both", async () => {
    const race = async (round: number): Promise<void> => {
      const change = await waiting(`reject ${round}`);
      const people = Array.from({ length: 8 }, (_, index) =>
        click(change, token(index), index === round ? "reject" : "approve"),
      );
      const answers = await Promise.all(people);
      assert.equal(answers.filter((one) => one.kind === "decided").length, 1);
      const ended = await program.until(change.id, "done", "rejected");
      const [decision] = ended.decisions;
      const ran = await program.ran(change.id);
      assert.equal(ran.length, decision?.answer === "approve" ? 1 : 0);
      if (decision?.answer === "approve") assert.equal(decision.approvals.length, QUORUM);
    };
    await Promise.all([0, 1, 2, 3].map(race));
    await Promise.all([4, 5, 6, 7].map(race));
  });

  it("does not count an approval that was given for another digest or another revision", async () => {
    const change = await waiting("old approvals");
    const insert = (by: string, digest: string) =>
      program.app.database.query(
        `insert into approvals (change_id, gate, revision, round, digest, by_key, by)
         values ($1, 'approval', 1, 1, $2, $3, $4)`,
        [change.id, digest, `token:${by}`, JSON.stringify({ ...token(0), name: by })],
      );
    await insert("old-1", "0".repeat(64));
    await insert("old-2", "0".repeat(64));
    const first = await click(change, token(1));
    assert.ok(first.kind === "counted" && first.count === 1 && first.quorum === QUORUM);
    const stale = await click({ ...change, revision: 2 }, token(2));
    assert.equal(stale.kind, "stale");
    assert.equal((await click(change, token(2))).kind, "counted");
    assert.equal((await click(change, token(3))).kind, "decided");
  });

  it("decides nothing, not even half, while it cannot be told that what was shown is what would run", async () => {
    const { database } = program.app;
    const change = await waiting("files that change");
    const now = () => new Date();
    let asked = 0;
    const findDifference = async () => {
      asked += 1;
      return { reason: "deploy.yaml has changed since the plan was made.", isCertain: false };
    };
    const record = createRecordEvents(() => []);
    const needs = { database, record, policy: builtInPolicy, redact: createRedact([]), tokens: [], now };
    const changes = createChanges({ ...needs, findDifference });
    const question = { gate: "approval", revision: 1, round: 1, digest: change.digest ?? "" } as const;
    const given = { ...question, changeId: change.id, by: token(1), reason: "As was agreed" };
    const stale = await changes.decide({ ...given, answer: "approve" });
    assert.ok(stale.kind === "stale");
    assert.match(stale.reason, /deploy\.yaml/);
    assert.deepEqual(stale.change.decisions[0]?.approvals, []);
    assert.equal(asked, 1);
    // A no needs nothing to be as it was.
    assert.equal((await changes.decide({ ...given, answer: "reject" })).kind, "decided");
    assert.equal(asked, 1);
  });

  it("answers an API approval that only counts with 202 and how many there are", async () => {
    const change = await waiting("by API");
    const body = { answer: "approve", revision: 1, digest: change.digest, reason: "As was agreed" };
    const post = (secret: string) =>
      fetch(`${program.app.address}/infra-change/${change.id}/decision`, {
        method: "POST",
        headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const first = await post(BEN_SECRET);
    assert.equal(first.status, 202);
    const { approval } = View.parse(await first.json());
    assert.equal(approval.approvals, 1);
    assert.equal(approval.quorum, QUORUM);
    const minutes = (Date.parse(approval.expires_at) - Date.now()) / 60_000;
    assert.ok(minutes > 58 && minutes <= 60, `open for ${minutes} minutes`);
    assert.equal((await post(BEN_SECRET)).status, 200);
    assert.equal((await post(DEE_SECRET)).status, 202);
    assert.equal((await post(ANA_SECRET)).status, 403);
    await click(change, token(9), "reject");
  });
});

const View = z.object({
  approval: z.object({ approvals: z.number(), quorum: z.number(), expires_at: z.iso.datetime() }),
});

function token(index: number): TokenPerson {
  return { kind: "token", name: `approver-${index}`, role: "approver", slackId: null };
}

function countsOf(answers: readonly Decided[]): { [kind: string]: number } {
  const counts: { [kind: string]: number } = {};
  for (const { kind } of answers) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
