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

  const podsOf = async (deployment: string): Promise<string[]> => {
    const { id } = await ask("get pods -n staging -o name");
    const { head } = await program.app.changes.logs(
      { changeId: id, revision: 1, step: 1, direction: "forward", attempt: 1 },
      { head: 50, tail: 0 },
    );
    return head
      .map(({ text }) => text.replace("pod/", ""))
      .filter((name) => name.startsWith(`${deployment}-`));
  };

  it("one pod that its replica set makes again is deleted, but not two, and not by force", async () => {
    const [name, another] = await podsOf("web");
    assert.ok(name !== undefined && another !== undefined);
    for (const line of [
      `delete pod ${name} --force --grace-period=0 -n staging`,
      `delete pod ${name} ${another} -n staging`,
      `delete pods -l app=web -n staging`,
    ]) {
      const change = await ask(line);
      assert.equal(change.status, "waiting", `${line}: ${change.status} ${change.error ?? ""}`);
      assert.equal(change.risk, "high", line);
      await program.releaseTargets();
    }
    const change = await ask(`delete pod ${name} -n staging`);
    assert.equal(change.status, "done", change.error ?? "");
    assert.equal(change.risk, "medium");
    assert.deepEqual(await program.ran(change.id), ["forward 1 done"]);
    assert.equal((await podsOf("web")).includes(name), false);
  });

  it("a config map goes back by a delete of its own that asks nobody, whichever one the model would delete", async () => {
    for (const [made, taken, status] of [
      ["made", "made", "done"],
      ["beside", "made", "done"],
    ] as const) {
      const step = `create configmap ${made} --from-literal=a=b -n staging`;
      const back = `delete configmap ${taken} -n staging`;
      program.model.script({ agent: "planner", json: planOf([[step, back]], "low") });
      const { id } = await program.ask(`a change ${crypto.randomUUID()}`);
      const change = await program.until(id, "waiting", "failed", "done", "needs_person");
      assert.equal(change.status, status, `${made}: ${change.error ?? ""}`);
      assert.deepEqual(change.plan?.plan[0]?.rollback?.args.slice(0, 3), ["delete", "configmap", made]);
      await program.releaseTargets();
    }
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
