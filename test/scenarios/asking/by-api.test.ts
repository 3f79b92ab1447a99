import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { z } from "zod";
import { ANA_SECRET, BEN_SECRET, type Program, startProgram } from "#test/support/program.ts";

const Answer = z.object({ thread_id: z.string(), status: z.string(), digest: z.string().nullable() });

describe("by API", () => {
  let program: Program;
  before(async () => {
    program = await startProgram();
  });
  after(() => program.close());

  it("asks, waits, approves and reads the outcome, all over HTTP", async () => {
    const asked = await call(program, ANA_SECRET, "/infra-change", {
      description: "scale payment-api to 9 replicas in production",
    });
    assert.equal(asked.status, 202);
    const { thread_id } = Answer.parse(await asked.json());
    await program.until(thread_id, "waiting");
    const waiting = Answer.parse(
      await (await call(program, ANA_SECRET, `/infra-change/${thread_id}`)).json(),
    );
    const decision = { answer: "approve", revision: 1, digest: waiting.digest?.slice(0, 12) };
    assert.equal(
      (await call(program, ANA_SECRET, `/infra-change/${thread_id}/decision`, decision)).status,
      403,
    );
    assert.equal((await program.app.changes.get(thread_id))?.status, "waiting");
    // The first 12 characters name a digest on a card; the whole one names it here too.
    assert.equal(
      (await call(program, BEN_SECRET, `/infra-change/${thread_id}/decision`, decision)).status,
      200,
    );
    await program.until(thread_id, "done");
    assert.equal(
      (await call(program, BEN_SECRET, `/infra-change/${thread_id}/decision`, decision)).status,
      409,
    );
  });

  it("lists changes, and hands out what their steps printed", async () => {
    const asked = await call(program, BEN_SECRET, "/infra-change", {
      description: "scale web to 4 replicas in staging",
    });
    const { thread_id } = Answer.parse(await asked.json());
    await program.until(thread_id, "done");
    const List = z.object({ changes: z.array(z.object({ thread_id: z.string(), status: z.string() })) });
    const list = async (secret: string, query: string) =>
      List.parse(await (await call(program, secret, `/infra-change?${query}`)).json()).changes;
    assert.deepEqual(await list(BEN_SECRET, "mine=true"), [{ thread_id, status: "done" }]);
    assert.ok((await list(ANA_SECRET, "status=done")).some((one) => one.thread_id === thread_id));
    assert.deepEqual(await list(ANA_SECRET, "status=waiting"), []);
    const Logs = z.object({
      logs: z.array(z.object({ step: z.number(), lines: z.array(z.object({ text: z.string() })) })),
    });
    const logs = async (query: string) =>
      Logs.parse(await (await call(program, ANA_SECRET, `/infra-change/${thread_id}/logs${query}`)).json())
        .logs;
    const all = await logs("");
    assert.deepEqual(
      all.map(({ step }) => step),
      [1, 2],
    );
    assert.match(JSON.stringify(all[0]?.lines), /scaled/);
    assert.deepEqual(await logs("?step=1"), all.slice(0, 1));
  });

  it("starts one change for one Idempotency-Key", async () => {
    const body = { description: "scale web to 5 replicas in staging" };
    const answers = await Promise.all(
      [1, 2, 3].map(() => call(program, ANA_SECRET, "/infra-change", body, "the-same")),
    );
    const ids = await Promise.all(answers.map(async (answer) => Answer.parse(await answer.json()).thread_id));
    assert.equal(new Set(ids).size, 1);
    // Under the same key something else is no repetition, and is not taken for one.
    for (const other of [
      { description: "scale web to 6 replicas in staging" },
      { ...body, plan_only: true },
    ]) {
      const refused = await call(program, ANA_SECRET, "/infra-change", other, "the-same");
      assert.equal(refused.status, 409);
      assert.match(await refused.text(), new RegExp(`thread_id ${ids[0]}`));
    }
    // Words that were redacted before they were stored are the same words.
    const secret = { description: "scale web to 5 replicas in staging, password=hunter2hunter2" };
    for (const _ of [1, 2])
      assert.equal((await call(program, ANA_SECRET, "/infra-change", secret, "redacted")).status, 202);
  });

  it("stops and unlocks once for a call that is repeated, and once more only for one that says so", async () => {
    const asked = await call(program, ANA_SECRET, "/infra-change", {
      description: "scale payment-api to 7 replicas in production",
    });
    const { thread_id } = Answer.parse(await asked.json());
    await program.until(thread_id, "waiting");
    // As it stands when it was stopped and unlocked, and an operator has had it go on since.
    await program.app.database.query(
      `update changes set status = 'rolling_back', cancel_by = requester, cancel_at = now(),
         unlocks = jsonb_build_array(jsonb_build_object('by', requester, 'reason', 'went home', 'targets', '[]'::jsonb, 'at', now()))
       where id = $1`,
      [thread_id],
    );
    const { query } = program.app.database;
    const hold =
      "insert into target_locks (target, change_id) select targets[1], id from changes where id = $1 on conflict do nothing";
    await query(hold, [thread_id]);
    await query(
      "update decisions set answer = 'approve', by = jsonb_build_object('kind', 'policy', 'version', 'x'), decided_at = now() where change_id = $1",
      [thread_id],
    );
    const reason = "its holder went home";
    const post = async (word: string, body: object) => {
      const answer = await call(program, BEN_SECRET, `/infra-change/${thread_id}/${word}`, body);
      return [answer.status, await answer.text()] as const;
    };
    const goesOn = async () => {
      await query("update changes set stop_asked = false, status = 'rolling_back' where id = $1", [
        thread_id,
      ]);
      await query(hold, [thread_id]);
      await query("update decisions set decided_at = clock_timestamp() where change_id = $1", [thread_id]);
    };
    for (const [word, ok] of [
      ["unlock", 200],
      ["cancel", 202],
    ] as const) {
      // What another instance carries on is not ended by the cancel itself; what somebody carries on is not unlocked.
      const carried =
        "update changes set lease_owner = 'elsewhere', lease_until = now() + interval '1 hour' where id = $1";
      if (word === "cancel") await query(carried, [thread_id]);
      const [status, text] = await post(word, { reason });
      assert.equal(status, 409, text);
      const after = /"after\\": \\"([^"\\]+)/.exec(text)?.[1];
      const future = new Date(Date.now() + 60_000).toISOString();
      assert.equal((await post(word, { reason, after: future }))[0], 409, "that moment never was");
      const once = await post(word, { reason, after });
      assert.equal(once[0], ok, once[1]);
      await goesOn();
      const [repeated, told] = await post(word, { reason, after });
      assert.equal(repeated, 409, "the network repeated it");
      assert.match(told, /"after/);
    }
  });
});

function call(
  program: Program,
  secret: string,
  path: string,
  body?: object,
  key?: string,
): Promise<Response> {
  return fetch(`${program.app.address}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      authorization: `Bearer ${secret}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(key === undefined ? {} : { "idempotency-key": key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
