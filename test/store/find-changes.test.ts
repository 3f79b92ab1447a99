import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { ListFilter, ListGroup, Viewer } from "#change/listed.ts";
import { PolicyDocument, withHash } from "#policy/document.ts";
import { type Database, openDatabase, type Sql } from "#store/postgres/database.ts";
import { migrate } from "#store/postgres/migrate.ts";
import { createDatabase, type TestDatabase } from "#test/support/postgres.ts";
import { find, history } from "#threads/finding/find.ts";
import { list } from "#threads/finding/list.ts";
import { assertBounded } from "./polls/bounded.ts";
import { explainAll } from "./polls/explaining.ts";

const CHANGES = 100_000;
/** On a quiet machine each takes under 20 ms (the figures are printed with FIND_FIGURES=yes); here others work too. */
const PATIENCE_MS = 2_000;

const policy = withHash(
  PolicyDocument.parse({
    version: 1,
    environments: { production: { namespaces: ["production"] }, staging: { namespaces: ["staging"] } },
    approvals: [
      { environments: ["staging"], users: ["USTAGING"] },
      { environments: ["production"], risks: ["high"], groups: ["S0SRE"] },
    ],
    approvers: ["UALL"],
  }),
);
const rules = { policy, tokens: [], now: () => new Date() };

function viewer(userId: string, channelId: string | null, groups: string[] = []): Viewer {
  return { person: { kind: "slack", teamId: "T1", userId }, groups, channelId };
}

function filter(who: Viewer | null, group: ListGroup, more: Partial<ListFilter> = {}): ListFilter {
  return {
    ...{ viewer: who, group, environment: null, status: null, requester: null, limit: 10, after: null },
    ...more,
  };
}

describe(`finding among ${CHANGES} waiting changes`, () => {
  let test: TestDatabase;
  let database: Database;
  const figures: string[] = [];
  before(async () => {
    test = await createDatabase({ migrate });
    database = openDatabase({ ...test.config, statement_timeout: 120_000 });
    await fill(database);
  });
  after(async () => {
    await database.close();
    await test.drop();
  });

  it("keeps every statement to a few pages of an index, whoever looks and whatever for", async () => {
    const all = viewer("UALL", null);
    const asks: [string, (sql: Sql) => Promise<unknown>][] = [
      ["list waiting, approver of most, direct message", (sql) => list(sql, rules, filter(all, "waiting"))],
      [
        "list waiting, approver of few",
        (sql) => list(sql, rules, filter(viewer("USTAGING", null), "waiting")),
      ],
      [
        "list waiting, approver of none",
        (sql) => list(sql, rules, filter(viewer("UNOBODY", null), "waiting")),
      ],
      [
        "list waiting, by group",
        (sql) => list(sql, rules, filter(viewer("UGROUP", null, ["S0SRE"]), "waiting")),
      ],
      ["list waiting, a busy channel", (sql) => list(sql, rules, filter(viewer("UALL", "C1"), "waiting"))],
      ["list waiting, an empty channel", (sql) => list(sql, rules, filter(viewer("UALL", "C9"), "waiting"))],
      ["list mine", (sql) => list(sql, rules, filter(viewer("U7", "C1"), "mine"))],
      ["list running", (sql) => list(sql, rules, filter(all, "running"))],
      ["list recent", (sql) => list(sql, rules, filter(all, "recent"))],
      [
        "list all, of an environment nobody names",
        (sql) => list(sql, rules, filter(all, "all", { environment: "none" })),
      ],
      [
        "list all, failed in staging",
        (sql) => list(sql, rules, filter(all, "all", { environment: "staging", status: "failed" })),
      ],
      [
        "the API's list, a later page",
        (sql) =>
          list(
            sql,
            rules,
            filter(null, "all", { limit: 100, after: { micros: 1_767_225_600_000_000, id: ZERO } }),
          ),
      ],
      ["find by 8 characters", (sql) => find(sql, { ...rules, get: async () => null }, all, "00000abc")],
      ["history of what all touched", (sql) => history(sql, rules, all, "payment-api", 10)],
      ["history nobody may see", (sql) => history(sql, rules, viewer("UNOBODY", null), "payment-api", 10)],
      ["history by another kind", (sql) => history(sql, rules, all, "services/payment-api", 10)],
      ["history by another namespace", (sql) => history(sql, rules, all, "staging/payment-api", 10)],
      ["history of nothing", (sql) => history(sql, rules, all, "no-such-thing", 10)],
    ];
    for (const [what, ask] of asks) {
      const ms = await fastest(() => ask(database));
      figures.push(`${what}: ${ms.toFixed(1)} ms`);
      assert.ok(ms < PATIENCE_MS, `${what} took ${ms.toFixed(0)} ms`);
      for (const one of await explainAll(database, ask)) assertBounded(what, one);
    }
    if (process.env["FIND_FIGURES"] === "yes") process.stdout.write(`${figures.join("\n")}\n`);
  });

  it("shows those and only those the rules let somebody answer, the newest first", async () => {
    const ids = async (who: Viewer, group: ListGroup) =>
      (await list(database, rules, filter(who, group))).changes;
    for (const change of await ids(viewer("USTAGING", null), "waiting"))
      assert.deepEqual(change.environments, ["staging"]);
    for (const change of await ids(viewer("UGROUP", null, ["S0SRE"]), "waiting"))
      assert.deepEqual([change.environments, change.risk], [["production"], "high"]);
    assert.deepEqual(await ids(viewer("UNOBODY", null), "waiting"), []);
    assert.deepEqual(await ids(viewer("UNOBODY", null), "all"), []);
    const mine = await ids(viewer("U7", null), "mine");
    assert.ok(mine.length > 0);
    for (const { requester } of mine) assert.equal("userId" in requester && requester.userId, "U7");
    const here = await ids(viewer("UNOBODY", "C1"), "running");
    assert.equal(here.length, 10);
    for (const { home } of here) assert.equal(home?.channelId, "C1");
    const times = here.map(({ createdAt }) => createdAt.getTime());
    assert.deepEqual(
      times,
      times.toSorted((a, b) => b - a),
    );
    const own = await ids(viewer("UALL", null), "waiting");
    assert.ok(own.every(({ requester }) => !("userId" in requester) || requester.userId !== "UALL"));
  });

  it("finds what has escalated to somebody who may approve nothing else", async () => {
    const escalating = withHash(
      PolicyDocument.parse({
        ...{ version: 1, environments: { production: { namespaces: ["production"] } }, approvers: ["UALL"] },
        approvals: [{ environments: ["production"], escalate: { after_minutes: 5, users: ["ULATE"] } }],
      }),
    );
    const escalated = { ...rules, policy: escalating };
    const late = viewer("ULATE", null);
    const waiting = async () =>
      (await list(database, escalated, filter(late, "waiting"))).changes.map(({ id }) => id);
    assert.deepEqual(await waiting(), []);
    const id = "00000002-0000-4000-8000-000000000000";
    await database.query(
      `insert into decisions (change_id, gate, revision, round, digest, escalated)
       values ($1, 'approval', 1, 1, 'd', array['production'])`,
      [id],
    );
    assert.deepEqual(await waiting(), [id]);
    const asked: string[] = [];
    const get = async (one: string) => {
      asked.push(one);
      return null;
    };
    await find(database, { ...escalated, get }, late, id);
    await find(database, { ...escalated, get }, viewer("UNOBODY", null), id);
    assert.deepEqual(asked, [id], "read for whoever may see it, and for nobody else");
    assert.deepEqual(
      (await list(database, escalated, filter(viewer("UNOBODY", null), "waiting"))).changes,
      [],
    );
  });

  it("goes through all of them by pages, each change once", async () => {
    const seen = new Set<string>();
    let after: ListFilter["after"] = null;
    let pages = 0;
    do {
      const page = await list(database, rules, filter(null, "all", { status: "failed", limit: 100, after }));
      for (const { id } of page.changes) seen.add(id);
      pages += 1;
      after = page.next;
    } while (after !== null);
    const { rows } = await database.query(
      "select count(*)::int as many from changes where status = 'failed'",
    );
    assert.equal(seen.size, rows[0]?.["many"]);
    assert.equal(pages, Math.ceil(seen.size / 100));
  });
});

const ZERO = "00000000-0000-0000-0000-000000000000";

/** Waiting changes of three kinds in five channels by 500 people, all of which touch payment-api; and 2,000 that ended. */
async function fill(database: Database): Promise<void> {
  await database.query(
    `insert into changes (id, status, request, requester, requester_key, home_team, home_channel, plan_only,
       idempotency_key, risk, environments, created_at)
     select (lpad(to_hex(n), 8, '0') || '-0000-4000-8000-000000000000')::uuid,
       case when n <= $1 then 'waiting' else 'failed' end,
       'scale payment-api to ' || n || ' replicas',
       jsonb_build_object('kind', 'slack', 'teamId', 'T1', 'userId', 'U' || n % 500), 'slack:U' || n % 500,
       'T1', 'C' || 1 + n % 5, false, n::text,
       case when n % 3 = 0 then 'high' else 'medium' end,
       case when n % 1000 = 0 then array['staging'] when n % 2 = 0 then array['production'] else array['not named in the policy'] end,
       timestamptz '2026-01-01' + (n - case when n > $1 then 200000 else 0 end) * interval '1 second'
     from generate_series(1, $1::int + 2000) n`,
    [CHANGES],
  );
  await database.query(
    `insert into touched (change_id, namespace, kind, name, asked_at)
     select id, 'production', 'deployments', 'payment-api', created_at from changes`,
  );
  await database.query("vacuum analyze changes");
  await database.query("vacuum analyze touched");
}

/** The best of five: what it takes, and not what else the machine does. */
async function fastest(ask: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const began = performance.now();
    await ask();
    times.push(performance.now() - began);
  }
  return Math.min(...times);
}
