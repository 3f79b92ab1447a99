import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, afterEach, before, describe, it, mock } from "node:test";
import { promisify } from "node:util";
import type { Change } from "#change/change.ts";
import type { Command } from "#change/plan.ts";
import { approvedIn } from "#test/support/approved.ts";
import { ANA, BEN, BEN_SECRET, type Program, planOf, startProgram } from "#test/support/program.ts";
import { soon } from "#test/support/soon.ts";

/** What is not paused cannot be resumed. */
const FAILS: [string, null] = ["rollout resume deployment/legacy-report -n production", null];
const BACK = "scale deployment/web -n production".split(" ");
/** Each plan to counts of its own: where they are there already, nothing would be run. */
let count = 3;
const two = (): [string, string][] => {
  count += 1;
  return [
    [
      `scale deployment/payment-api --replicas=${count} -n production`,
      "scale deployment/payment-api --replicas=3 -n production",
    ],
    [
      `scale deployment/web --replicas=${count} -n production`,
      "scale deployment/web --replicas=2 -n production",
    ],
  ];
};

describe("a step nobody saw the end of", () => {
  const words = approvedIn("unknown-steps");
  let program: Program;
  before(async () => {
    program = await startProgram();
  });
  after(() => program.close());
  afterEach(() => program.releaseTargets());

  /** A change whose instance died when one of its steps had an intent and no end. */
  const lost = async (
    step: number,
    more: { direction?: "forward" | "rollback"; host?: string; attempt?: number } = {},
  ): Promise<Change> => {
    const { direction = "forward", host = "gone", attempt = 1 } = more;
    program.model.script({ agent: "planner", json: planOf(two(), "high") });
    const waiting = await program.ask(`scale two things ${Math.random()}`);
    await leave(waiting.id, step, direction, { host, attempt, since: "1 hour" });
    await program.decide(waiting, "approve");
    return program.until(waiting.id, "needs_person");
  };
  const leave = (
    id: string,
    step: number,
    direction: "forward" | "rollback",
    {
      host,
      attempt,
      since,
      argv = ["scale"],
    }: { host: string; attempt: number; since: string; argv?: string[] | undefined },
  ) =>
    program.app.database.query(
      `insert into journal (change_id, revision, step, direction, attempt, argv, dir, lease_epoch, intent_at, host, boot_id)
       values ($1, 1, $2, $3, $4, $7, '', 1, now() - $6::interval, $5, 'x')`,
      [id, step, direction, attempt, host, since, JSON.stringify(["kubectl", ...argv])],
    );
  /** Does by hand what a command that was lost would have done. */
  const happen = async (command: Pick<Command, "args"> | undefined): Promise<void> => {
    const kubectl = join(program.config.dataDir, "sample", "bin", "kubectl");
    await promisify(execFile)(kubectl, command?.args ?? [], {
      env: { PATH: program.config.inherited["PATH"] },
    });
  };
  const approved = (result: "approved" | "rollback" = "approved") =>
    program.model.script({ agent: "reviewer", json: { result, notes: "Looked at." } });

  it("counts as done when an approver says it happened, and the plan goes on after it", async () => {
    const asked = await lost(1);
    words("forward", asked.review?.notes);
    assert.equal((await program.decide(asked, "happened")).kind, "decided");
    // It had not happened, whatever they say: what is there is held against it.
    const looked = await soon("it is looked at", async () => {
      const now = await program.until(asked.id, "needs_person");
      return now.review?.facts !== undefined && now;
    });
    assert.equal(looked.review?.facts?.[0]?.state, "unknown");
    assert.deepEqual(await program.ran(asked.id), ["forward 1 done", "forward 2 done"]);
    const [first] = await program.app.changes.steps(asked.id);
    assert.deepEqual(first?.settledBy, BEN);
    await program.decide(looked, "accept");
    await program.until(asked.id, "accepted");
  });

  it("runs once more when an approver says it did not happen, as an attempt of its own", async () => {
    const asked = await lost(1);
    approved();
    const both = await Promise.all([1, 2, 3].map(() => program.decide(asked, "did_not_happen")));
    assert.deepEqual(both.map(({ kind }) => kind).toSorted(), ["already", "already", "decided"]);
    await program.until(asked.id, "done");
    assert.deepEqual(await program.ran(asked.id), ["forward 1 not run", "forward 1 done", "forward 2 done"]);
    const attempts = (await program.app.changes.steps(asked.id)).map(({ attempt }) => attempt);
    assert.deepEqual(attempts, [1, 2, 1]);
  });

  it("is asked about again when the second attempt is lost too", async () => {
    const asked = await lost(1);
    await leave(asked.id, 1, "forward", { host: "gone", attempt: 2, since: "1 minute" });
    await program.app.database.query(
      "update journal set finished_at = now(), outcome = 'unknown' where change_id = $1",
      [asked.id],
    );
    // The newest is the one that is meant: the older one stays as it is, and runs nothing.
    await happen(asked.plan?.plan[0]);
    approved();
    await program.decide(asked, "happened");
    await program.until(asked.id, "done");
    assert.deepEqual(await program.ran(asked.id), ["forward 1 unknown", "forward 1 done", "forward 2 done"]);
  });

  it("is not answered by an API call that is repeated: of its second attempt nobody has said anything", async () => {
    const asked = await lost(1);
    // As if its instance had died with the second attempt, before it answered the call.
    await leave(asked.id, 1, "forward", { host: "gone", attempt: 2, since: "1 hour" });
    const call = async (more: object = {}) => {
      const { revision, digest } = asked;
      const answer = await fetch(`${program.app.address}/infra-change/${asked.id}/decision`, {
        method: "POST",
        headers: { authorization: `Bearer ${BEN_SECRET}`, "content-type": "application/json" },
        body: JSON.stringify({ answer: "did_not_happen", revision, digest, ...more }),
      });
      return { status: answer.status, text: await answer.text() };
    };
    assert.equal((await call()).status, 200);
    await soon("asked again", async () => {
      const change = await program.app.changes.get(asked.id);
      return change?.status === "needs_person" && change.decisions.at(-1)?.round === 2;
    });
    const repeated = await call();
    assert.equal(repeated.status, 409);
    assert.match(repeated.text, /asked 2 times.*round/);
    assert.equal((await call({ round: 1 })).status, 409);
    assert.deepEqual(await program.ran(asked.id), ["forward 1 not run", "forward 1 unknown"]);
    approved();
    assert.equal((await call({ round: 2 })).status, 200);
    await program.until(asked.id, "done");
  });

  it("goes on by one click when whoever ran it tells late that it is done", async () => {
    const asked = await lost(1);
    await program.app.database.query(
      "update journal set outcome = 'done', finished_at = now(), told_at = now() where change_id = $1",
      [asked.id],
    );
    assert.equal((await program.decide(asked, "did_not_happen")).kind, "refused");
    await happen(asked.plan?.plan[0]);
    approved();
    assert.equal((await program.decide(asked, "happened")).kind, "decided");
    await program.until(asked.id, "done");
    assert.deepEqual(await program.ran(asked.id), ["forward 1 done", "forward 2 done"]);
    const [first] = await program.app.changes.steps(asked.id);
    assert.equal(first?.settledBy, null);
  });

  it("is not run again because a row says so: only a decision about this very attempt permits it", async () => {
    const asked = await lost(1);
    await program.app.database.query(
      "update journal set outcome = 'not run', settled_round = 1 where change_id = $1",
      [asked.id],
    );
    // Somebody accepted the rollback of nothing, say: any other answer permits no second attempt.
    const forged = {
      gate: "operator" as const,
      answer: "did_not_happen" as const,
      revision: 1,
      digest: asked.digest ?? "",
    };
    await program.forge(asked.id, { decision: forged }, "awaitOperator");
    await program.lookAgain(asked.id);
    assert.deepEqual(await program.ran(asked.id), ["forward 1 not run"]);
  });

  it("cannot be said not to have happened while it may still run elsewhere, nor by its requester", async () => {
    program.model.script({ agent: "planner", json: planOf(two(), "high") });
    const waiting = await program.ask("scale two things, far away");
    await leave(waiting.id, 1, "forward", { host: "far-away", attempt: 1, since: "1 second" });
    await program.decide(waiting, "approve");
    const asked = await program.until(waiting.id, "needs_person");
    const early = await program.decide(asked, "did_not_happen");
    assert.equal(early.kind, "refused");
    assert.match(early.kind === "refused" ? early.reason : "", / far-away /);
    // Where an instance's own clock runs ahead, the database's still counts.
    mock.timers.enable({ apis: ["Date"], now: Date.now() + 24 * 3_600_000 });
    const ahead = await program.decide(asked, "did_not_happen").finally(() => mock.timers.reset());
    assert.equal(ahead.kind, "refused");
    const own = { ...operatorAnswer(asked), answer: "happened", by: ANA } as const;
    assert.equal((await program.app.changes.decide(own)).kind, "refused");
    await program.app.database.query("update journal set may_run_until = now() where change_id = $1", [
      asked.id,
    ]);
    assert.equal((await program.decide(asked, "did_not_happen")).kind, "decided");
    approved();
    await program.until(asked.id, "done");
  });

  it("is asked about once more after a rollback, and is taken back when it did happen", async () => {
    program.model.script({ agent: "planner", json: planOf(two(), "high") });
    const waiting = await program.ask("scale two things and stop in between");
    await leave(waiting.id, 2, "forward", { host: "gone", attempt: 1, since: "1 hour" });
    await program.decide(waiting, "approve");
    const asked = await program.until(waiting.id, "needs_person");
    await program.decide(asked, "roll_back");
    const again = await next(asked, "needs_person");
    words("second-step", again.review?.notes);
    assert.equal((await program.decide(again, "roll_back")).kind, "refused");
    await happen(asked.plan?.plan[1]);
    await program.decide(again, "happened");
    await program.until(asked.id, "rolled_back");
    assert.deepEqual(await program.ran(asked.id), [
      "forward 2 done",
      "forward 1 done",
      "rollback 1 done",
      "rollback 2 done",
    ]);
  });

  it("is settled the same way when it is a rollback step, which never goes forward again", async () => {
    for (const answer of ["happened", "did_not_happen"] as const) {
      const review = { result: "rollback", notes: "Take it back." };
      program.model.script([
        { agent: "planner", json: planOf([...two(), FAILS], "high") },
        { agent: "reviewer", json: review, delayMs: 2_000 },
      ]);
      const waiting = await program.ask(`scale two things and take them back ${answer}`);
      await program.decide(waiting, "approve");
      await program.until(waiting.id, "reviewing");
      const argv = waiting.plan?.plan[1]?.rollback?.args;
      await leave(waiting.id, 2, "rollback", { host: "gone", attempt: 1, since: "1 hour", argv });
      const asked = await program.until(waiting.id, "needs_person");
      words("way-back", asked.review?.notes);
      assert.equal((await program.decide(asked, "roll_back")).kind, "refused");
      if (answer === "happened")
        await happen({ args: [...BACK, `--replicas=${asked.previews[1]?.rows[0]?.before}`] });
      await program.decide(asked, answer);
      await program.until(waiting.id, "rolled_back");
      const back = answer === "happened" ? ["rollback 2 done"] : ["rollback 2 not run", "rollback 2 done"];
      assert.deepEqual(
        (await program.ran(waiting.id)).filter((line) => line.startsWith("rollback")),
        [...back, "rollback 1 done"],
      );
      assert.equal((await program.ran(waiting.id)).filter((line) => line.startsWith("forward")).length, 3);
    }
  });

  const operatorAnswer = (change: Change) => ({
    changeId: change.id,
    gate: "operator" as const,
    revision: change.revision,
    round: 1,
    digest: change.digest ?? "",
    reason: null,
  });
  const next = async (before: Change, status: Change["status"]): Promise<Change> => {
    for (;;) {
      const change = await program.until(before.id, status);
      if (change.decisions.length > before.decisions.length) return change;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
});
