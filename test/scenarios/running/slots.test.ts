import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ANA, type Program, planOf, startProgram } from "#test/support/program.ts";

/** More pods than fit, so that none of these rollouts ends before its time is over. */
const POLICY = `version: 1
environments:
  staging: { namespaces: [staging] }
  production: { namespaces: [production] }
unattended: { medium: [staging, production] }
limits: { replicas: 500 }
deadlines: { settle_seconds: 300 }
`;
const SLOW = [
  ...["payment-api", "checkout", "legacy-report", "web"].map((name) => `${name} --replicas=300 -n staging`),
  ...["checkout", "web"].map((name) => `${name} --replicas=300 -n production`),
];

describe("changes whose rollout is slow", () => {
  let program: Program;
  before(async () => {
    program = await startProgram({}, { policy: POLICY, graceMs: 100 });
  });
  after(() => program.close());

  const ask = async (line: string): Promise<string> => {
    program.model.script({ agent: "planner", json: planOf([[line, null]]) });
    const idempotencyKey = crypto.randomUUID();
    const asked = await program.app.changes.ask({
      ...{ request: line, requester: ANA, home: null, planOnly: false, idempotencyKey },
    });
    assert.ok("change" in asked);
    return asked.change.id;
  };

  it("keep their requester's next one from nothing while they are only looked at", async () => {
    const slow: string[] = [];
    for (const one of SLOW) {
      const id = await ask(`scale deployment/${one}`);
      const asked = await program.until(id, "waiting", "reviewing");
      if (asked.status === "waiting") await program.decide(asked, "approve");
      await program.until(id, "reviewing");
      slow.push(id);
    }
    const began = performance.now();
    const next = await ask("get deployments -n staging");
    await program.until(next, "done");
    assert.ok(performance.now() - began < 30_000);
    const statuses = await Promise.all(slow.map(async (id) => (await program.app.changes.get(id))?.status));
    assert.deepEqual(new Set(statuses), new Set(["reviewing"]));
  });
});
