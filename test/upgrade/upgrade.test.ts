import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openTown, type Town } from "#test/faults/town.ts";
import { createDatabase, type TestDatabase } from "#test/support/postgres.ts";
import { soon } from "#test/support/soon.ts";
import { loadFixture } from "./load.ts";
import { createCaller, type Standing, standingOf } from "./people.ts";
import { mind, POLICY, type Story } from "./stories.ts";

type Word = [answer: string, by: string, extra?: object];
type Course = {
  /** How 0.1 left it. */
  was: string;
  /** What people say to each of its questions, one after the other. */
  words?: Word[];
  /** How it ends. */
  ends: string;
};

/**
 * What becomes of each change of 0.1. What it had judged is void, which is right, and ends or is refused with a sentence, for
 * two reasons: its policy's hash covered every key there was, where today's covers those that the file sets; and its kubectl
 * commands name no context (tried: without the first reason all end the same way by the second). A plan that today's program
 * makes is not void.
 */
const COURSES: Record<Story, Course> = {
  done: { was: "done", ends: "done" },
  free: { was: "done", ends: "done" },
  accepted: { was: "accepted", ends: "accepted" },
  taken: { was: "rolled_back", ends: "rolled_back" },
  rejected: { was: "rejected", ends: "rejected" },
  only: { was: "planned", ends: "planned" },
  late: { was: "expired", ends: "expired" },
  stopped: { was: "cancelled", ends: "cancelled" },
  failed: { was: "failed", ends: "failed" },

  asks: {
    was: "asking",
    words: [
      ["answered", "ben", { answers: ["All of it."] }],
      ["approve", "dan"],
    ],
    ends: "done",
  },
  // Void: approved or not, the plan was judged by the rules of 0.1.
  waits: { was: "waiting", words: [["approve", "ben"]], ends: "expired" },
  half: { was: "waiting", words: [["approve", "cleo"]], ends: "expired" },
  wished: { was: "waiting", words: [["approve", "dan"]], ends: "expired" },
  operator: { was: "needs_person", words: [["accept", "ben"]], ends: "accepted" },
  // The way back is refused for both reasons, and so a person is asked once more. To be changed: whoever orders a way back has
  // seen what ran, and an upgrade must not keep them from it. Then: one word, rolled_back.
  undo: {
    was: "needs_person",
    words: [
      ["roll_back", "ben"],
      ["accept", "ben"],
    ],
    ends: "accepted",
  },
  happened: { was: "needs_person", words: [["happened", "ben"]], ends: "done" },
  // Void: the step would be run now, and is refused.
  missed: {
    was: "needs_person",
    words: [["did_not_happen", "ben"]],
    ends: "failed",
  },

  planning: { was: "planning", words: [["approve", "ben"]], ends: "done" },
  wishing: { was: "planning", words: [["approve", "dan"]], ends: "done" },
  running: { was: "running", words: [["happened", "ben"]], ends: "done" },
  second: { was: "running", words: [["happened", "ben"]], ends: "done" },
  undoing: { was: "rolling_back", words: [["happened", "ben"]], ends: "rolled_back" },
  reviewing: { was: "reviewing", ends: "done" },
  // Void: approved, and had not begun.
  blocked: { was: "blocked", ends: "failed" },
  stopping: {
    was: "running",
    words: [
      ["did_not_happen", "ben"],
      ["accept", "ben"],
    ],
    ends: "accepted",
  },
};

/** All that is left to run: what was planned by today's program and approved before it. */
const RUN = [
  "scale deployment/asks-1 --replicas=5 -n production --context=fake --current-replicas=2",
  "scale deployment/planning-1 --replicas=5 -n production --context=fake --current-replicas=2",
  "scale deployment/wishing-1 --replicas=7 -n production --context=fake --current-replicas=2",
];

const stories = Object.keys(COURSES) as Story[];
const OPEN = ["asking", "waiting", "needs_person"];

describe("a database that version 0.1 left in the middle of everything", () => {
  let scratch: TestDatabase;
  let town: Town;
  let ranBefore: string[];
  let began: Date;
  let caller: ReturnType<typeof createCaller>;

  before(async () => {
    scratch = await createDatabase({ migrate: async () => undefined });
    ranBefore = await loadFixture(scratch.config, "0.1");
    town = await openTown(scratch.config, { mind, policy: POLICY });
    for (const story of stories)
      assert.equal((await standingOf(town.pool, story)).status, COURSES[story].was, story);
    // As if it had been dead for a minute: so long its sender kept what it had at hand.
    await town.pool.query(
      "update messages set claimed_until = clock_timestamp() where claimed_until is not null",
    );
    // The move into a schema of its own is refused until the leases that 0.1 held have run out.
    await soon("its leases run out", async () => {
      const held = "select 1 from changes where lease_until > clock_timestamp()";
      return (await town.pool.query(held)).rowCount === 0;
    });
    began = (await town.pool.query("select clock_timestamp() as now")).rows[0].now;
    const instance = await town.start("today");
    assert.ok(instance);
    caller = createCaller(() => instance.address);
  });
  after(async () => {
    await town.close();
    await scratch.drop();
  });

  const until = (story: Story, what: string, is: (standing: Standing) => boolean): Promise<Standing> =>
    soon(`${story} ${what}`, async () => {
      const standing = await standingOf(town.pool, story);
      return is(standing) && standing;
    });
  /** What a program is told that answers a question of a plan that is void. */
  const say = async (story: Story, [answer, by, extra]: Word, before: string | null): Promise<string> => {
    const standing = await until(
      story,
      `asks for ${answer}`,
      ({ status, gate, round }) => gate !== null && OPEN.includes(status) && `${gate} ${round}` !== before,
    );
    // Refused with 403 while the step of a dead machine may still run there.
    const { status, said } = await soon(`${story} takes ${answer}`, async () => {
      const told = await caller.answer(standing, answer, by, { ...extra });
      return told.status !== 403 && told;
    });
    assert.equal(status, COURSES[story].ends === "expired" ? 409 : 200, `${story} ${answer}: ${said}`);
    return `${standing.gate} ${standing.round}`;
  };

  it("is finished by today's program, every change as it should", async () => {
    await Promise.all(
      stories.map(async (story) => {
        let answered: string | null = null;
        for (const word of COURSES[story].words ?? []) answered = await say(story, word, answered);
      }),
    );
    const { rows } = await soon("every change has ended", async () => {
      const open = await town.pool.query("select 1 from changes where ended_at is null");
      return open.rowCount === 0 && town.pool.query("select id, status, error from changes");
    });
    assert.equal(rows.length, stories.length);
    for (const story of stories) {
      const { status, error } = await standingOf(town.pool, story);
      assert.equal(status, COURSES[story].ends, `${story}: ${error}`);
    }
    for (const story of ["waits", "half", "wished", "blocked"] as const)
      assert.match((await standingOf(town.pool, story)).error ?? "", /policy has changed/, story);
  });

  it("has nothing run twice, and nothing that nobody approved", async () => {
    const lines = await town.kubectl.lines();
    assert.deepEqual(lines.toSorted(), RUN);
    const all = [...ranBefore, ...lines];
    assert.deepEqual(all.toSorted(), [...new Set(all)].toSorted());
    const { rows } = await town.pool.query(
      `select j.argv from journal j where j.intent_at > $1 and j.outcome = 'done'
         and not exists (select 1 from decisions d where d.change_id = j.change_id and d.revision = j.revision
           and d.gate = 'approval' and d.answer = 'approve' and d.by->>'kind' = 'token')`,
      [began],
    );
    assert.deepEqual(rows, []);
    const open = await town.pool.query("select 1 from journal where outcome is null or outcome = 'unknown'");
    assert.equal(open.rowCount, 0);
  });

  it("is told in Slack, and on the Homes that were opened then", async () => {
    // Slack lets a channel have a message a second.
    const giveUp = performance.now() + 120_000;
    for (;;) {
      const due = await town.pool.query(
        "select name from messages where wanted > sent and abandoned is null",
      );
      if (due.rowCount === 0) break;
      assert.ok(performance.now() < giveUp, JSON.stringify(due.rows));
      await sleep(250);
    }
    const cards = await town.pool.query(
      "select abandoned from messages where name = 'card' and abandoned is not null",
    );
    assert.deepEqual(cards.rows, []);
    for (const user of [town.slack.users.ana, town.slack.users.ben])
      await soon(`the Home of ${user}`, async () => town.slack.home(user));
  });
});
