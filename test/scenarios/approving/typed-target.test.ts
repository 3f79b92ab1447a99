import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { BEN_SECRET, type Program, planOf, startProgram } from "#test/support/program.ts";

describe("an approval of what destroys something", () => {
  let program: Program;
  before(async () => {
    program = await startProgram();
  });
  after(() => program.close());

  it("counts only with the target's name typed, and a plain or a wrong one is refused by the port itself", async () => {
    const change = await program.ask("delete the deployment legacy-report in production");
    assert.equal(change.terms?.typedTarget, "legacy-report");
    for (const target of [null, "", "legacy", "LEGACY-REPORT", "legacy-report.", "*"]) {
      const refused = await program.decide(change, "approve", { target });
      assert.ok(refused.kind === "refused", String(target));
      assert.match(refused.reason, /: legacy-report/);
    }
    assert.equal((await program.app.changes.get(change.id))?.status, "waiting");
    assert.deepEqual(await program.ran(change.id), []);
    assert.equal((await program.decide(change, "approve", { target: " legacy-report " })).kind, "decided");
    await program.until(change.id, "done");
  });

  it("is asked for by API in the same way", async () => {
    const change = await program.ask("delete the service web in production");
    const call = async (body?: object) => {
      const answered = await fetch(
        `${program.app.address}/infra-change/${change.id}${body === undefined ? "" : "/decision"}`,
        {
          method: body === undefined ? "GET" : "POST",
          headers: { authorization: `Bearer ${BEN_SECRET}`, "content-type": "application/json" },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        },
      );
      return { status: answered.status, text: await answered.text() };
    };
    assert.match((await call()).text, /"typed_target":"web"/);
    const silent = { answer: "approve", revision: 1, digest: change.digest };
    const wordless = await call({ ...silent, target: "web" });
    assert.equal(wordless.status, 400);
    assert.match(wordless.text, /takes a reason/);
    const approve = { ...silent, reason: "It is not used any more" };
    const refused = await call(approve);
    assert.equal(refused.status, 403);
    assert.match(refused.text, /: web\b/);
    assert.equal((await call({ ...approve, target: "checkout" })).status, 403);
    assert.equal((await call({ ...approve, target: "web" })).status, 200);
    await program.until(change.id, "done", "failed", "needs_person");
  });

  it("takes no name where nothing is taken away, and a rejection never takes a name", async () => {
    program.model.script({ agent: "planner", json: planOf([["version", null]], "high") });
    const harmless = await program.ask("high, by the model's word alone");
    assert.equal(harmless.terms?.typedTarget, null);
    const silent = await program.decide(harmless, "approve", { target: null, reason: " . " });
    assert.ok(silent.kind === "refused" && silent.lacks === "reason");
    assert.equal((await program.decide(harmless, "approve", { target: null })).kind, "decided");
    await program.releaseTargets();
    const change = await program.ask("delete the deployment checkout in production");
    const wordless = await program.decide(change, "reject", { reason: null });
    assert.ok(wordless.kind === "refused" && wordless.lacks === "reason");
    assert.equal((await program.decide(change, "reject")).kind, "decided");
  });
});
