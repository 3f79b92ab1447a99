import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { z } from "zod";
import { claimChange } from "#store/leases.ts";
import type { Database, Sql } from "#store/postgres/database.ts";
import { sweepTargets } from "#store/target-locks.ts";
import { lockDue, msUntilTimer } from "#store/timers.ts";
import { useDatabase } from "#test/support/database.ts";

const CHANGES = 100_000;
const OPEN = 20_000;
/** Pages of 8 kB that one look of a loop may read, whatever has gathered in the database. */
const MOST_PAGES = 50;

describe(`the loops among ${CHANGES} changes that ended and ${OPEN} open questions`, () => {
  let database: Database;
  useDatabase(async (opened) => {
    database = opened;
    await fill(database);
  });

  const looks: [string, (sql: Sql) => Promise<unknown>][] = [
    ["the timers' next moment", (sql) => msUntilTimer(sql, [])],
    ["a timer that is due", (sql) => lockDue(sql, [])],
    ["what is left of targets", (sql) => sweepTargets(sql)],
  ];
  for (const [what, look] of looks) {
    it(`reads ${what} from a few pages of an index`, async () => {
      const seen: Seen[] = [];
      await look(watch(database, seen));
      for (const { text, values } of seen) await assertFewPages(database, text, values);
    });
  }

  it("claims from a few pages of an index", async () => {
    const seen: Seen[] = [];
    const watched: Database = {
      ...database,
      transaction: (work) => database.transaction((sql) => work(watch(sql, seen))),
    };
    await claimChange(watched, "me", 1_000, { all: 10, perRequester: 5 });
    const claim = seen.find(({ text }) => text.includes("live"));
    assert.ok(claim !== undefined);
    await assertFewPages(database, claim.text, claim.values);
  });
});

describe("when the next timer of a question is due", () => {
  let database: Database;
  useDatabase((opened) => {
    database = opened;
  });
  before(() => fill(database, 20, 12));

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
});

type Seen = { text: string; values: unknown[] };

function watch(sql: Sql, seen: Seen[]): Sql {
  return {
    query: (text, values = []) => {
      seen.push({ text, values });
      return sql.query(text, values);
    },
  };
}

const Explained = z.array(
  z.object({ Plan: z.looseObject({ "Shared Hit Blocks": z.number(), "Shared Read Blocks": z.number() }) }),
);

async function assertFewPages(database: Database, text: string, values: unknown[]): Promise<void> {
  const { rows } = await database.query(`explain (analyze, buffers, format json) ${text}`, values);
  const [explained] = Explained.parse(rows[0]?.["QUERY PLAN"]);
  assert.ok(explained);
  const pages = explained.Plan["Shared Hit Blocks"] + explained.Plan["Shared Read Blocks"];
  assert.ok(pages <= MOST_PAGES, `${pages} pages are read by ${text}`);
}

async function fill(database: Database, changes = CHANGES, open = OPEN): Promise<void> {
  await database.query(
    `insert into changes (id, status, request, requester, requester_key, plan_only, idempotency_key, work_done, ended_at)
     select gen_random_uuid(), case when n <= $2 then 'waiting' else 'done' end, case when n <= $2 then 'open ' || n else 'ended' end,
       '{"kind":"token"}', 'token:x', false, n::text, 1, case when n <= $2 then null else now() end
     from generate_series(1, $1::int) n`,
    [changes, open],
  );
  await database.query(
    `insert into decisions (change_id, gate, revision, round, digest, asked_at, expires_at)
     select id, 'approval', 1, 1, 'd', now(), now() + interval '1 hour' from changes where status = 'waiting'`,
  );
  await database.query("vacuum analyze changes");
  await database.query("vacuum analyze decisions");
}
