import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Database } from "#store/postgres/database.ts";
import { dueAt } from "#store/timers.ts";
import { useDatabase } from "#test/support/database.ts";

describe("when the next timer of a question is due", () => {
  let database: Database;
  useDatabase((opened) => {
    database = opened;
  });
  before(() => ask(database));

  it("is kept by the database, for every writer, and forgotten with the answer", async () => {
    const next = async () => {
      const { rows } = await database.query<{ gate: string; in: number | null }>(
        `select gate, (extract(epoch from next_at - asked_at) / 60)::float8 as in from decisions
         where change_id = (select id from changes where request = 'open 1')`,
      );
      return rows[0]?.in;
    };
    assert.equal(await next(), 30, "half of the hour: the reminder");
    const set = (what: string) =>
      database.query(
        `update decisions set ${what} where change_id = (select id from changes where request = 'open 1')`,
      );
    await set("escalates_at = asked_at + interval '7 minutes'");
    assert.equal(await next(), 7);
    await set("escalates_at = null, reminded_at = asked_at + interval '30 minutes'");
    assert.equal(await next(), 55, "the last five minutes: the warning");
    await set("warned_at = asked_at + interval '55 minutes'");
    assert.equal(await next(), 60, "the end");
    await set("answer = 'reject', decided_at = now()");
    assert.equal(await next(), null);
  });

  it("is the first of all that can be said of it, whatever was said before", async () => {
    const first = `least(d.expires_at, ${Object.values(dueAt).join(", ")})`;
    const { rows } = await database.query<{ rows: number; other: number }>(
      `select count(*)::int as rows,
         (count(*) filter (where next_timer_of(d) is distinct from case when d.expires_at is not null then ${first} end))::int as other
       from unnest(array['answers', 'approval', 'operator']) gate, unnest(array[null, 6, 60, 10080]) minutes,
         unnest(array[null, now()]) reminded, unnest(array[null, now()]) warned,
         unnest(array[null, now() + interval '1 minute', now() + interval '50 minutes']) escalates,
         jsonb_populate_record(null::decisions, jsonb_build_object(
           'gate', gate, 'asked_at', now(), 'expires_at', now() + minutes * interval '1 minute',
           'reminded_at', reminded, 'warned_at', warned, 'escalates_at', escalates)) d`,
    );
    assert.deepEqual(rows, [{ rows: 144, other: 0 }]);
  });
});

async function ask(database: Database): Promise<void> {
  await database.query(
    `insert into changes (id, status, request, requester, requester_key, plan_only, idempotency_key)
     values (gen_random_uuid(), 'waiting', 'open 1', '{"kind":"token"}', 'token:x', false, '1')`,
  );
  await database.query(
    `insert into decisions (change_id, gate, revision, round, digest, asked_at, expires_at)
     select id, 'approval', 1, 1, 'd', now(), now() + interval '1 hour' from changes`,
  );
}
