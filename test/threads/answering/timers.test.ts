import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { ChangeEvent } from "#change/events.ts";
import type { Person } from "#change/person.ts";
import { builtInPolicy } from "#policy/document.ts";
import { parsePolicy } from "#policy/read-policy.ts";
import { migrate } from "#store/postgres/migrate.ts";
import { createDatabase } from "#test/support/postgres.ts";
import { soon } from "#test/support/soon.ts";
import {
  DIGEST,
  type Instance,
  putQuestion,
  raceExpiry,
  startInstance,
} from "#test/threads/expiry-rounds.ts";

const ROUNDS = 50;
const QUESTIONS = 200;
const TIMES = { openMinutes: 60, escalateMinutes: null };
const PATIENCE_MS = 60_000;
const HOME = { teamId: "T1", channelId: "C1" };
const BEN: Person = { kind: "slack", teamId: "T1", userId: "UBEN" };
const EVE: Person = { kind: "slack", teamId: "T1", userId: "UEVE" };
const GUS: Person = { kind: "slack", teamId: "T1", userId: "UGUS" };
const POLICY = `
version: 1
environments:
  production: { namespaces: [production] }
  network: { directories: [network] }
approvals:
  - { environments: [production], users: [UBEN], escalate: { after_minutes: 20, users: [UEVE], groups: [SLEADS] } }
  - { environments: [network], users: [UBEN], escalate: { after_minutes: 30, users: [UEVE] } }
`;

describe("the end of a question's time", () => {
  it(`and clicks at the same moment: one wins, in each of ${ROUNDS} rounds`, async () => {
    const { approved, expired } = await raceExpiry(ROUNDS);
    assert.equal(approved + expired, ROUNDS);
  });
});

describe("a question nobody answers, with two instances that look after it", () => {
  let scratch: Awaited<ReturnType<typeof createDatabase>>;
  let one: Instance;
  let other: Instance;
  before(async () => {
    scratch = await createDatabase({ migrate });
    const read = parsePolicy(POLICY);
    assert.ok(read.ok);
    one = startInstance(scratch.config, read.policy);
    other = startInstance(scratch.config, read.policy);
  });
  after(async () => {
    await Promise.all([one, other].map((instance) => instance.stop()));
    await scratch.drop();
  });

  const put = () => putQuestion(one.database, { openMinutes: 60, escalateMinutes: 20 }, HOME);
  /** Moves times of questions; `set` is SQL in which `soon()` is a moment in the next second. */
  const move = async (ids: string[], set: string): Promise<void> => {
    const moved = set.replaceAll("soon()", "clock_timestamp() + random() * interval '1 second'");
    await one.database.query(`update decisions set ${moved} where change_id = any ($1) and answer is null`, [
      ids,
    ]);
  };
  const eventsOf = async (id: string): Promise<ChangeEvent[]> => {
    const { rows } = await one.database.query<{ event: ChangeEvent }>(
      "select event from events where change_id = $1 order by seq",
      [id],
    );
    return rows.map(({ event }) => event);
  };
  const typesOf = async (id: string) => (await eventsOf(id)).map(({ type }) => type);
  const until = async (ids: string[], column: string): Promise<void> => {
    const giveUp = Date.now() + PATIENCE_MS;
    for (;;) {
      const { rows } = await one.database.query<{ left: number }>(
        `select count(*)::int as left from decisions
         where change_id = any ($1) and answer is null and ${column} is null`,
        [ids],
      );
      if (rows[0]?.left === 0) return;
      assert.ok(Date.now() < giveUp, `${rows[0]?.left} questions still without ${column}`);
      await pause(25);
    }
  };
  const click = (changeId: string, by: Person, groups: string[] = []) => {
    const question = { changeId, gate: "approval", revision: 1, round: 1, digest: DIGEST } as const;
    return other.changes.decide({ ...question, answer: "approve", by, groups, reason: "As was agreed" });
  };

  it(`is reminded of, escalated and warned of once each in ${QUESTIONS} questions, and never after an answer`, async () => {
    const ids = await Promise.all(Array.from({ length: QUESTIONS }, put));
    const answered = ids.filter((_, index) => index % 2 === 0);
    await move(
      ids,
      "asked_at = soon() - interval '30 minutes', expires_at = soon() + interval '30 minutes', escalates_at = soon()",
    );
    const clicks = answered.map(async (id, index) => {
      await pause(Math.random() * 2_000);
      return click(id, index % 3 === 0 ? EVE : BEN);
    });
    await until(ids, "reminded_at");
    await until(ids, "escalated_at");
    await move(ids, "expires_at = soon() + interval '5 minutes'");
    await until(ids, "warned_at");
    const decided = (await Promise.all(clicks)).filter(({ kind }) => kind === "decided").length;
    assert.ok(decided > 0);
    // Whatever would be said twice would be by now: both loops have gone round several times.
    await pause(500);
    const silent = { answered: 0, open: 0 };
    for (const id of ids) {
      const said = await typesOf(id);
      const end = said.indexOf("decided");
      if (end === -1) {
        assert.deepEqual(said.toSorted(), ["escalated", "reminded", "warned"]);
        silent.open += 1;
      } else {
        assert.equal(end, said.length - 1, `after the answer: ${said.join(", ")}`);
        assert.equal(new Set(said).size, said.length, said.join(", "));
        silent.answered += 1;
      }
    }
    assert.deepEqual(silent, { answered: decided, open: QUESTIONS - decided });
  });

  it("lets those it escalated to approve from then on, and not before", async () => {
    const id = await put();
    assert.equal((await click(id, EVE)).kind, "refused");
    await move([id], "escalates_at = clock_timestamp()");
    await until([id], "escalated_at");
    const change = await one.changes.get(id);
    assert.deepEqual(change?.terms?.approvers[0]?.users, ["UBEN", "UEVE"]);
    assert.deepEqual(change?.terms?.approvers[0]?.escalated, { users: ["UEVE"], groups: ["SLEADS"] });
    const [event] = await eventsOf(id);
    const { type, ...said } = event ?? { type: null };
    assert.equal(type, "escalated");
    assert.partialDeepStrictEqual(said, {
      users: ["UEVE"],
      groups: ["SLEADS"],
      environments: ["production"],
    });
    assert.equal((await click(id, GUS)).kind, "refused");
    assert.equal((await click(id, GUS, ["SLEADS"])).kind, "decided");
  });

  it("does not let them approve because the time has come, before the row says so", async () => {
    const id = await put();
    // As if every instance's timers stood still: nobody has been told that more people may approve.
    await move([id], "asked_at = asked_at - interval '25 minutes', escalates_at = null");
    assert.equal((await click(id, EVE)).kind, "refused");
  });

  it("escalates each rule at its own time", async () => {
    const id = await put();
    await one.database.query("update changes set environments = '{production,network}' where id = $1", [id]);
    await move([id], "escalates_at = clock_timestamp()");
    await until([id], "escalated_at");
    assert.equal((await click(id, EVE)).kind, "refused", "network's rule has not escalated");
    const { rows } = await one.database.query<{ minutes: number }>(
      `select round(extract(epoch from escalates_at - escalated_at) / 60)::int as minutes
       from decisions where change_id = $1`,
      [id],
    );
    assert.equal(rows[0]?.minutes, 10);
    await move([id], "escalated_at = null, escalates_at = clock_timestamp()");
    await until([id], "escalated_at");
    assert.equal((await click(id, EVE)).kind, "decided");
    assert.deepEqual(await typesOf(id), ["escalated", "escalated", "decided"]);
  });

  it("of a row that cannot be read is told of, and holds up no other", async () => {
    const said: object[] = [];
    const own = await createDatabase({ migrate });
    const instance = startInstance(own.config, builtInPolicy, undefined, {
      error: (facts) => void said.push(facts),
    });
    try {
      const [broken, whole] = [
        await putQuestion(instance.database, TIMES),
        await putQuestion(instance.database, TIMES),
      ];
      await instance.database.query("update changes set plan = '{}' where id = $1", [broken]);
      const ends = (id: string, ago: string) =>
        instance.database.query(
          `update decisions set expires_at = clock_timestamp() - interval '${ago}' where change_id = $1`,
          [id],
        );
      await ends(broken, "1 hour");
      await ends(whole, "1 second");
      const answered = "select 1 from decisions where change_id = $1 and answer = 'expire'";
      await soon(
        "the other's end",
        async () => (await instance.database.query(answered, [whole])).rowCount === 1,
      );
      assert.deepEqual(
        said.map((facts) => "change" in facts && facts.change),
        [broken],
      );
    } finally {
      await instance.stop();
      await own.drop();
    }
  });

  it("says nothing more once its time is over", async () => {
    const id = await put();
    await move(
      [id],
      "asked_at = asked_at - interval '2 hours', expires_at = clock_timestamp(), escalates_at = clock_timestamp()",
    );
    const giveUp = Date.now() + PATIENCE_MS;
    while (!(await typesOf(id)).includes("decided")) {
      assert.ok(Date.now() < giveUp, "it has not expired");
      await pause(25);
    }
    assert.deepEqual(await typesOf(id), ["decided"]);
  });
});
