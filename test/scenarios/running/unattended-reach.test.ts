import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Change } from "#change/change.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";

describe("where medium risk runs unasked", () => {
  let program: Program;
  before(async () => {
    program = await startProgram();
  });
  after(() => program.close());
  afterEach(() => program.releaseTargets());

  const ask = async (line: string): Promise<Change> => {
    program.model.script({ agent: "planner", json: planOf([[line, null]], "low") });
    const { id } = await program.ask(`a change ${crypto.randomUUID()}`);
    return program.until(id, "waiting", "failed", "done", "needs_person");
  };

  it("a config map of harmless literals is made", async () => {
    const change = await ask("create configmap flags --from-literal=new_checkout=on -n staging");
    assert.equal(change.status, "done", change.error ?? "");
    assert.deepEqual(await program.ran(change.id), ["forward 1 done"]);
  });

  it("a person is asked before a program runs, all of a kind changes, or a count grows more than tenfold", async () => {
    for (const line of [
      "set env deployment/web LD_PRELOAD=/tmp/x.so -n staging",
      "rollout restart deployment -n staging",
      "scale deployment --all --replicas=2 -n staging",
      "scale deployment/web --replicas=99 -n staging",
      "annotate deployment/web vault.hashicorp.com/agent-inject=true -n staging",
    ]) {
      const change = await ask(line);
      assert.equal(change.status, "waiting", `${line}: ${change.status} ${change.error ?? ""}`);
      assert.equal(change.risk, "high", line);
      assert.deepEqual(await program.ran(change.id), [], line);
      await program.releaseTargets();
    }
  });

  it("what is above the ceiling, or would print a value without its name, is not run at all", async () => {
    for (const line of [
      "scale deployment/web --replicas=9999 -n staging",
      "get deployment web -n staging -o jsonpath={.spec.template.spec.containers[0].env[0].value}",
      "create configmap x --from-literal=db_password=hunter2 -n staging",
    ]) {
      const change = await ask(line);
      assert.equal(change.status, "failed", line);
      assert.deepEqual(await program.ran(change.id), [], line);
    }
  });
});
