import assert from "node:assert/strict";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import { approvedAs, approvedIn } from "#test/support/approved.ts";
import { inState } from "#test/support/cards.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";
import {
  answerTo,
  askFor,
  cards,
  changeIdOf,
  hasButton,
  now,
  press,
  replies,
  standIn,
  textOf,
  waitFor,
} from "#test/support/slack.ts";

describe("an approval nobody gives", () => {
  const approved = approvedIn("expiry");
  let program: Program;
  let slack: SlackStandIn;
  before(async () => {
    program = await startProgram();
    slack = standIn(program);
  });
  after(() => program.close());

  const endIn = (id: string, ms: number) =>
    program.app.database.query(
      "update decisions set expires_at = clock_timestamp() + make_interval(secs => $2 / 1000.0) where change_id = $1",
      [id, ms],
    );

  it("ends when its time is over: the card says so and has no buttons, a late click is told, nothing has run", async () => {
    const card = await askFor(slack, "scale payment-api to 5 replicas in production");
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    const id = await changeIdOf(slack, card);
    await endIn(id, 300);
    const expired = await program.until(id, "expired");
    approved("nobody-approved", expired.error);
    const [decision] = expired.decisions;
    assert.deepEqual([decision?.answer, decision?.by?.kind], ["expire", "policy"]);
    await waitFor(() => (hasButton(now(slack, card), "greenlight:approve") ? undefined : true), "no buttons");
    // The buttons go with the answer, before the worker has ended the change: the words come with a later look at the row.
    const words = new RegExp(
      `${inState("expired").source}.*${approvedAs("expiry/nobody-approved").source}.*, <!date`,
    );
    await waitFor(
      () => (words.test(textOf(now(slack, card).blocks)) ? true : undefined),
      "the end on the card",
    );
    assert.equal(hasButton(now(slack, card), "greenlight:approve"), undefined);
    // For whoever asked, and not shown in the channel: nothing was run.
    const told = () =>
      replies(slack, card).find(({ text }) => approvedAs("expiry/nobody-approved").test(text));
    assert.equal((await waitFor(told, "the reply")).broadcast, false);
    const late = await answerTo(slack, slack.users.ben, card, "greenlight:approve", true);
    assert.match(late, approvedAs("clicks/already-expired"));
    assert.deepEqual(await program.ran(id), []);
    const { rows } = await program.app.database.query(
      "select 1 from journal where change_id = $1 union all select 1 from decisions where change_id = $1 and answer = 'approve'",
      [id],
    );
    assert.deepEqual(rows, []);
  });

  it("ends at once after a restart when its time ran out meanwhile", async () => {
    const waiting = await program.ask("scale payment-api to 6 replicas in production");
    assert.equal(waiting.status, "waiting");
    await endIn(waiting.id, 400);
    await program.restart();
    slack = standIn(program);
    const started = Date.now();
    await program.until(waiting.id, "expired");
    // Not after the hour it was to stay open.
    assert.ok(Date.now() - started < 30_000);
    assert.deepEqual(await program.ran(waiting.id), []);
  });

  it("runs once or not at all when approved at that very moment", async () => {
    const race = async (round: number): Promise<void> => {
      const waiting = await program.ask(`scale payment-api to ${round + 4} replicas in production`);
      await endIn(waiting.id, 60);
      await new Promise((resolve) => setTimeout(resolve, 20 + round * 10));
      const decided = await program.decide(waiting, "approve");
      const ended = await program.until(waiting.id, "done", "expired", "failed");
      assert.equal(ended.status, decided.kind === "decided" ? "done" : "expired");
      const ran = decided.kind === "decided" ? ["forward 1 done", "forward 2 done"] : [];
      assert.deepEqual(await program.ran(waiting.id), ran);
    };
    for (const round of [0, 1, 2, 3, 4, 5]) await race(round);
  });

  it("ends when a click finds that the plan's files are other ones by now, and says which", async () => {
    program.model.script({
      agent: "planner",
      json: planOf([["apply -f manifests/greeter.yaml -n staging", null]], "high"),
    });
    const card = await askFor(slack, "apply the greeter in staging");
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    const id = await changeIdOf(slack, card);
    const file = join(program.config.dataDir, "sample", "sample-workspace", "manifests", "greeter.yaml");
    await appendFile(file, "\n# another word\n");
    const told = await answerTo(slack, slack.users.ben, card, "greenlight:approve");
    assert.match(told, approvedAs("clicks/stale"));
    assert.match(told, /manifests\/greeter/);
    const { error } = await program.until(id, "expired");
    assert.ok(error !== null);
    await waitFor(() => textOf(now(slack, card)).includes(error) || undefined, "the reason on the card");
    assert.equal(hasButton(now(slack, card), "greenlight:approve"), undefined);
    assert.deepEqual(await program.ran(id), []);
  });

  it("is planned again by one click, as a new request of whoever clicks, and once however often it is clicked", async () => {
    const { ben, cleo, gus } = slack.users;
    const card = await askFor(slack, "restart checkout in production");
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    assert.equal(hasButton(now(slack, card), "greenlight:plan_again"), undefined);
    await endIn(await changeIdOf(slack, card), 0);
    await waitFor(() => hasButton(now(slack, card), "greenlight:plan_again"), "Plan again");
    const known = new Set(cards(slack).map(({ ts }) => ts));
    assert.match(await answerTo(slack, gus, card, "greenlight:plan_again"), approvedAs("who-may-act/guest"));
    const answers = await Promise.all(
      [ben, cleo].map((one) => answerTo(slack, one, card, "greenlight:plan_again")),
    );
    assert.equal(answers.filter((text) => approvedAs("clicks-after/again-accepted").test(text)).length, 1);
    assert.equal(answers.filter((text) => approvedAs("clicks-after/again-repeated").test(text)).length, 1);
    const again = await waitFor(() => cards(slack).find(({ ts }) => !known.has(ts)), "the new card");
    assert.match(
      await answerTo(slack, ben, card, "greenlight:plan_again"),
      approvedAs("clicks-after/again-repeated"),
    );
    const change = await program.until(await changeIdOf(slack, again), "waiting");
    assert.equal(change.request, "restart checkout in production");
    const asker = change.requester.kind === "slack" ? change.requester.userId : "";
    assert.ok([ben, cleo].includes(asker));
    await waitFor(() => hasButton(now(slack, again), "greenlight:approve"), "its buttons");
    assert.match(
      await answerTo(slack, asker, again, "greenlight:approve"),
      approvedAs("approvals/own-change"),
    );
    await press(slack, asker === ben ? cleo : ben, again, "greenlight:reject");
    await waitFor(() => hasButton(now(slack, again), "greenlight:plan_again"), "Plan again after a Reject");
    const late = await answerTo(slack, ben, card, "greenlight:plan_again");
    assert.match(late, approvedAs("clicks-after/again-repeated-ended"));
    assert.equal(cards(slack).length, known.size + 1);
  });
});
