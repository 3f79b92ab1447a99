import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import type { Message } from "#playground/slack/workspace.ts";
import { approvedAs } from "#test/support/approved.ts";
import { inState, verdictOf, waitingCard } from "#test/support/cards.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";
import {
  answerTo,
  askFor,
  cards,
  changeIdOf,
  hasButton,
  now,
  press,
  standIn,
  textOf,
  waitFor,
} from "#test/support/slack.ts";

const ROLL_BACK = "greenlight:ask_rollback";
const RUN_AGAIN = "greenlight:run_again";
const RUN_PLANNED = "greenlight:run_planned";

describe("after the verdict", () => {
  let program: Program;
  let slack: SlackStandIn;
  before(async () => {
    program = await startProgram({ GREENLIGHT_MODEL_PRICES: "3:15" });
    slack = standIn(program);
  });
  after(() => program.close());

  const done = async (line: string, back: string | null): Promise<{ card: Message; verdict: Message }> => {
    program.model.script({ agent: "planner", json: planOf([[line, back]]) });
    const card = await waitingCard(slack, `do ${line}`);
    await press(slack, slack.users.ben, card, "greenlight:approve");
    const verdict = await verdictOf(slack, card);
    return { card, verdict };
  };
  const newCard = (known: ReadonlySet<string>): Promise<Message> =>
    waitFor(() => cards(slack).find((card) => !known.has(card.ts)), "another card");
  const known = (): Set<string> => new Set(cards(slack).map(({ ts }) => ts));
  const thumbs = async (): Promise<string> => {
    const { rows } = await program.app.database.query<{ count: number }>(
      "select count(*)::int from feedback",
    );
    return String(rows[0]?.count);
  };

  it("says what changed, how that was checked, and what it took", async () => {
    const { verdict } = await done("scale deployment/payment-api --replicas=5 -n production", null);
    const text = textOf(verdict);
    for (const part of [inState("done"), /spec\.replicas.*"3".*"5"/, /Took /]) assert.match(text, part);
    assert.match(text, /: [\d,]+ [^"]*, [\d,]+ [^"]*, [^"]* [\d.]+ USD/);
  });

  it("takes a done change back as a change of its own, once for however many clicks, with nothing planned anew", async () => {
    const line = "scale deployment/web --replicas=7 -n production";
    const { verdict } = await done(line, "scale deployment/web --replicas=2 -n production");
    const before = known();
    const asked = program.model.requests.length;
    const answers = await Promise.all(
      [slack.users.ana, slack.users.ben, slack.users.cleo].map((user) =>
        answerTo(slack, user, verdict, ROLL_BACK),
      ),
    );
    assert.equal(
      answers.filter((answer) => approvedAs("clicks-after/rollback-accepted").test(answer)).length,
      1,
      answers.join("\n"),
    );
    const card = await newCard(before);
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    assert.equal(cards(slack).length, before.size + 1);
    assert.equal(program.model.requests.length, asked);
    assert.match(textOf(now(slack, card)), /change [0-9a-f-]{36}/);
    const approver = /<@U0BEN/.test(now(slack, card).text) ? slack.users.cleo : slack.users.ben;
    await press(slack, approver, card, "greenlight:approve");
    const back = await verdictOf(slack, card);
    assert.match(textOf(back), inState("done"));
    assert.match(
      await answerTo(slack, slack.users.ana, verdict, ROLL_BACK),
      approvedAs("clicks-after/rollback-repeated"),
    );
  });

  it("offers no way back of what has none, and takes no forged click for one", async () => {
    const { card, verdict } = await done("delete deployment legacy-report -n production", null);
    assert.equal(hasButton(verdict, ROLL_BACK), undefined);
    const id = await changeIdOf(slack, card);
    const asked = await program.app.changes.askRollback(id, {
      kind: "slack",
      teamId: slack.team.id,
      userId: slack.users.ana,
    });
    assert.equal(asked.kind, "refused");
    const unknown = await program.app.changes.askRollback(crypto.randomUUID(), {
      kind: "slack",
      teamId: slack.team.id,
      userId: slack.users.ana,
    });
    assert.equal(unknown.kind, "unknown");
  });

  it("lets nobody take back who may not ask", async () => {
    const { verdict } = await done(
      "scale deployment/web --replicas=6 -n production",
      "scale deployment/web --replicas=2 -n production",
    );
    const before = known();
    assert.match(await answerTo(slack, slack.users.gus, verdict, ROLL_BACK), /guest|member/i);
    assert.equal(cards(slack).length, before.size);
  });

  it("runs the same words again, once for each change", async () => {
    const { verdict } = await done("scale deployment/web --replicas=5 -n production", null);
    const before = known();
    program.model.script({ agent: "planner", json: planOf([["version", null]], "low") });
    // By whoever asked, within the seconds in which the same words typed again are one request.
    assert.match(
      await answerTo(slack, slack.users.ana, verdict, RUN_AGAIN),
      approvedAs("clicks-after/again-accepted"),
    );
    await newCard(before);
    assert.match(await answerTo(slack, slack.users.ben, verdict, RUN_AGAIN), /already/);
    assert.equal(cards(slack).length, before.size + 1);
  });

  it("asks for what was only planned as a change of its own, once for however many clicks, and the plan never runs", async () => {
    const { ana, ben, cleo, gus } = slack.users;
    const line = "scale deployment/web --replicas=8 -n production";
    const plan = { agent: "planner" as const, json: planOf([[line, null]]) };
    program.model.script([plan, plan]);
    const card = await askFor(slack, "plan do as planned");
    const other = await askFor(slack, "do as planned");
    await waitFor(
      () => hasButton(now(slack, other), "greenlight:approve"),
      "the same words to be run are two",
    );
    await press(slack, ben, other, "greenlight:reject");
    await waitFor(() => hasButton(now(slack, card), RUN_PLANNED), "Run this");
    assert.match(await answerTo(slack, gus, card, RUN_PLANNED), approvedAs("who-may-act/guest"));
    const before = known();
    program.model.script(plan);
    const answers = await Promise.all([ana, ben, cleo].map((one) => answerTo(slack, one, card, RUN_PLANNED)));
    assert.equal(
      answers.filter((answer) => approvedAs("clicks-after/run-planned-accepted").test(answer)).length,
      1,
      answers.join("\n"),
    );
    const real = await newCard(before);
    await waitFor(() => hasButton(now(slack, real), "greenlight:approve"), "an approval of its own");
    assert.equal(cards(slack).length, before.size + 1);
    const approver = /<@U0BEN/.test(now(slack, real).text) ? cleo : ben;
    await press(slack, approver, real, "greenlight:approve");
    await program.until(await changeIdOf(slack, real), "done");
    assert.deepEqual(await program.ran(await changeIdOf(slack, card)), []);
    assert.match(await answerTo(slack, ana, card, RUN_PLANNED), /`[0-9a-f-]{36}`/);
  });

  it("keeps one thumb of each person, the last one", async () => {
    const { verdict } = await done("scale deployment/web --replicas=4 -n production", null);
    const block = (verdict.blocks ?? []).find((one) => one["type"] === "context_actions");
    assert.ok(block, "the thumbs");
    const id = /up:([0-9a-f-]{36})/.exec(textOf(block))?.[1] ?? "";
    const thumb = async (as: string, value: string): Promise<string> => {
      const before = slack.ephemerals(as).length;
      const { channel, ts } = verdict;
      const action = { block_id: String(block["block_id"]), action_id: "greenlight:feedback", value };
      const clicked = slack.click({ as, channel, ts, ...action });
      assert.equal(clicked.ok, true, clicked.error);
      await clicked.delivered;
      return textOf(await waitFor(() => slack.ephemerals(as)[before], "an answer"));
    };
    assert.match(await thumb(slack.users.ana, `up:${id}`), approvedAs("clicks-after/feedback-up"));
    assert.match(await thumb(slack.users.ana, `down:${id}`), approvedAs("clicks-after/feedback-down"));
    assert.match(await thumb(slack.users.ben, `up:${id}`), approvedAs("clicks-after/feedback-up"));
    const { rows } = await program.app.database.query(
      "select by_key, verdict from feedback where change_id = $1 order by by_key",
      [id],
    );
    assert.deepEqual(
      rows.map(({ verdict }) => verdict),
      ["down", "up"],
    );
    assert.match(await thumb(slack.users.gus, `up:${id}`), approvedAs("who-may-act/guest"));
    assert.equal(await thumbs(), "2");
  });
});
