import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Change } from "#change/change.ts";
import { inState, waitingCard } from "#test/support/cards.ts";
import { type Program, startProgram } from "#test/support/program.ts";
import { hasButton, now, standIn, textOf, waitFor } from "#test/support/slack.ts";

const RULES = `
version: 1
environments: { production: { namespaces: [production] }, staging: { namespaces: [staging] } }
unattended: { medium: [staging] }
`;
const FREEZE = `${RULES}freezes: [{ from: "2020-01-01T00:00:00Z", until: "2099-01-01T00:00:00Z", reason: The big sale }]`;

describe("a freeze", () => {
  let program: Program;
  before(async () => {
    program = await startProgram({}, { policy: RULES });
  });
  after(() => program.close());

  it("that begins after an approval keeps the change from starting, unless the glass was broken for it", async () => {
    const plain = await program.ask("scale payment-api to 4 replicas in production");
    const urgent = await program.ask("scale web to 4 replicas in production");
    for (const change of [plain, urgent]) {
      // Approved, and its owner is gone before it began.
      await heldBySomebodyElse(program, change);
      assert.equal((await program.decide(change, "approve")).kind, "decided");
    }
    await program.app.database.query("update decisions set broke_glass = true where change_id = $1", [
      urgent.id,
    ]);
    await program.writePolicy(FREEZE);
    await program.restart();
    const ended = await program.until(plain.id, "failed", "done");
    assert.equal(ended.status, "failed");
    assert.match(ended.error ?? "", /freeze.*2099-01-01.*The big sale/i);
    assert.deepEqual(await program.ran(plain.id), []);
    assert.equal((await program.until(urgent.id, "failed", "done")).status, "done");
  });

  it("makes what would run without asking wait for a person, who cannot approve it either", async () => {
    const change = await program.ask("scale web to 3 replicas in staging");
    assert.equal(change.status, "waiting");
    const refused = await program.decide(change, "approve");
    assert.ok(refused.kind === "refused");
    assert.match(refused.reason, /2099-01-01.*The big sale/);
    assert.deepEqual(await program.ran(change.id), []);
    assert.equal((await program.decide(change, "reject")).kind, "decided");
  });

  it("that ends gives the card its Approve back, and one that begins takes it", async () => {
    const from = new Date(Date.now() + 15_000).toISOString();
    const until = new Date(Date.now() + 19_000).toISOString();
    const other = await startProgram(
      {},
      { policy: `${RULES}freezes: [{ from: "${from}", until: "${until}", reason: The short sale }]` },
    );
    try {
      const slack = standIn(other);
      const card = await waitingCard(slack, "scale web to 5 replicas in production");
      const frozen = await waitFor(() => {
        const shown = textOf(now(slack, card).blocks);
        return /Frozen until .*The short sale/.test(shown) ? shown : undefined;
      }, "the freeze");
      assert.doesNotMatch(frozen, /"greenlight:approve"/);
      await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "Approve");
      const shown = textOf(now(slack, card).blocks);
      assert.match(shown, inState("waiting"));
      assert.doesNotMatch(shown, /Frozen/);
    } finally {
      await other.close();
    }
  });

  it("leaves alone what only reads", async () => {
    const change = await program.ask("show the pods in production");
    assert.equal(change.status, "done");
  });
});

async function heldBySomebodyElse(program: Program, change: Change): Promise<void> {
  await program.app.database.query(
    `update changes set lease_owner = 'gone', lease_epoch = lease_epoch + 1,
       lease_until = now() + interval '3 seconds' where id = $1`,
    [change.id],
  );
}
