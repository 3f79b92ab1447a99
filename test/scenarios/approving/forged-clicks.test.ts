import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import type { Message } from "#playground/slack/workspace.ts";
import { approvedAs } from "#test/support/approved.ts";
import { verdictOf, waitingCard } from "#test/support/cards.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";
import {
  answerTo,
  callAsBot,
  cards,
  changeIdOf,
  press,
  standIn,
  textOf,
  waitFor,
} from "#test/support/slack.ts";

/** The buttons of what has ended, and what the value of each is for a change. */
const BUTTONS: Record<string, (id: string) => string> = {
  plan_again: (id) => id,
  run_again: (id) => id,
  run_planned: (id) => id,
  ask_rollback: (id) => id,
  feedback_up: (id) => `up:${id}`,
  feedback_down: (id) => `down:${id}`,
};
const NOTHING = anyOf(
  "unknown",
  "rollback-unknown",
  "feedback-unknown",
  "goes-on",
  "feedback-goes-on",
  "rollback-refused",
);
const ELSEWHERE = anyOf("elsewhere", "rollback-elsewhere", "feedback-elsewhere");

// Whoever has the bot's token, or a way to Slack's payloads, can post any button with any value.
describe("a forged click on what stands under a verdict is answered privately, plainly and without effect", () => {
  let program: Program;
  let slack: SlackStandIn;
  /** A change that is done, with a way back. */
  let done: string;
  before(async () => {
    program = await startProgram();
    slack = standIn(program);
    const way = { agent: "planner" as const };
    const [there, back] = [4, 2].map((count) => `scale deployment/web --replicas=${count} -n production`);
    program.model.script({ ...way, json: planOf([[there ?? "", back ?? ""]]) });
    const card = await waitingCard(slack, "scale web");
    await press(slack, slack.users.ben, card, "greenlight:approve");
    await verdictOf(slack, card);
    done = await changeIdOf(slack, card);
  });
  after(() => program.close());

  /** Presses every button with the value that is made for it, as everybody in `who`: each time nothing but an answer comes of it. */
  const pressAll = async (
    valueFor: (right: (id: string) => string) => string,
    who: readonly string[],
    answer: RegExp,
    channel = slack.channels.infra,
  ): Promise<void> => {
    const stood = await everything();
    for (const [name, right] of Object.entries(BUTTONS)) {
      const posted = await post(channel, name, valueFor(right));
      for (const as of who) {
        const said = await answerTo(slack, as, posted, `greenlight:${name}`);
        assert.match(said, answer, `${name} by ${as}`);
      }
    }
    assert.deepEqual(await everything(), stood);
  };

  it("with a value that is none of ours", async () => {
    const values: ((right: (id: string) => string) => string)[] = [
      () => "x",
      () => "__proto__",
      () => `up:up:${done}`,
      () => `sideways:${done}`,
      (right) => right("not-a-change"),
      (right) => `${right(done)} `.padEnd(1_999, "x"),
      (right) => right(`${done}' or '1'='1`),
      (right) => right(`${done}:1:1:aaaaaaaaaaaa`),
      (right) => right(crypto.randomUUID()),
    ];
    for (const value of values) await pressAll(value, [slack.users.ana], NOTHING);
  });

  it("for a change that belongs to another channel, another workspace or to none", async () => {
    const home = async (team: string | null, channel: string | null): Promise<void> => {
      const to = "update changes set home_team = $2, home_channel = $3 where id = $1";
      await program.app.database.query(to, [done, team, channel]);
    };
    const { infra, general } = slack.channels;
    try {
      for (const [team, channel] of [
        [slack.team.id, general],
        ["T0OTHER001", infra],
        [null, null],
      ] as const) {
        await home(team, channel);
        await pressAll((right) => right(done), [slack.users.ana], ELSEWHERE);
      }
    } finally {
      await home(slack.team.id, infra);
    }
    // In the direct channel with the bot it does not belong there either.
    const { ben } = slack.users;
    await pressAll((right) => right(done), [ben], ELSEWHERE, "D0BEN00001");
  });

  it("for a change that goes on", async () => {
    const way = { agent: "planner" as const };
    const line = "scale deployment/checkout --replicas=4 -n production";
    program.model.script({ ...way, json: planOf([[line, null]]) });
    const card = await waitingCard(slack, "scale checkout");
    const id = await changeIdOf(slack, card);
    await pressAll((right) => right(id), [slack.users.ana, slack.users.ben], NOTHING);
    await press(slack, slack.users.ben, card, "greenlight:reject");
    await program.until(id, "rejected");
  });

  it("for a change that ended in another way than the button is for", async () => {
    const stood = await everything();
    const posted = await post(slack.channels.infra, "run_planned", done);
    const said = await answerTo(slack, slack.users.ana, posted, "greenlight:run_planned");
    assert.match(said, approvedAs("clicks-after/ended-otherwise"));
    assert.deepEqual(await everything(), stood);
  });

  it("by those who may not ask: a guest", async () => {
    await pressAll((right) => right(done), [slack.users.gus], approvedAs("who-may-act/guest"));
  });

  it("on a Home: of no question, of no change, of one in another workspace, and of what is done in a channel", async () => {
    const { ben } = slack.users;
    await slack.openHome(ben).delivered;
    await waitFor(() => slack.home(ben) ?? undefined, "the Home");
    const card = await waitingCard(slack, "restart checkout in production");
    const id = await changeIdOf(slack, card);
    const { digest } = await program.until(id, "waiting");
    const asked = (changeId: string) => `${changeId}:1:1:${digest?.slice(0, 12)}`;
    const team = (name: string) =>
      program.app.database.query("update changes set home_team = $2 where id = $1", [id, name]);
    await team("T0OTHER001");
    const stood = await everything();
    // No answer is the one before: a Home that would say the same again is not published.
    for (const [name, value, answer] of [
      ["approve", "x", approvedAs("forms/older-card")],
      ["accept", asked(crypto.randomUUID()), approvedAs("clicks/unknown")],
      ["approve", asked(id), approvedAs("clicks/not-yours-on-home")],
      ["run_again", done, ELSEWHERE],
      ["accept", `${asked(id)}0`, approvedAs("clicks/older-home")],
      ["feedback_up", `up:${done}`, ELSEWHERE],
    ] as const) {
      await callAsBot(slack, "views.publish", {
        user_id: ben,
        view: { type: "home", blocks: forged(name, value) },
      });
      const view_id = slack.home(ben)?.id ?? "";
      const said = slack.click({ as: ben, view_id, block_id: "forged", action_id: `greenlight:${name}` });
      assert.equal(said.ok, true, said.error);
      await said.delivered;
      const shown = () => (answer.test(textOf(slack.home(ben)?.given.blocks)) ? true : undefined);
      await waitFor(shown, `${answer} for ${name} with ${value}`);
    }
    assert.deepEqual(await everything(), stood);
    await team(slack.team.id);
    assert.equal((await program.app.changes.get(id))?.status, "waiting");
    await press(slack, ben, card, "greenlight:reject");
    await program.until(id, "rejected");
  });

  function forged(name: string, value: string): object[] {
    const text = { type: "plain_text", text: "Press" };
    const elements = [{ type: "button", action_id: `greenlight:${name}`, text, value }];
    return [{ type: "actions", block_id: "forged", elements }];
  }

  async function post(channel: string, name: string, value: string): Promise<Message> {
    const blocks = forged(name, value);
    const { ts } = await callAsBot(slack, "chat.postMessage", { channel, text: "Forged", blocks });
    const posted = slack.messages(channel).find((message) => message.ts === ts);
    assert.ok(posted, "the forged message was not posted");
    return posted;
  }

  /** What such a click could have brought about: rows, commands that ran, and messages others see. */
  async function everything(): Promise<unknown> {
    const counts = ["changes", "decisions", "journal", "feedback", "events"].map(
      (table) => `(select count(*)::int from ${table}) as ${table}`,
    );
    const { rows } = await program.app.database.query(`select ${counts.join(", ")}`);
    return { ...rows[0], cards: cards(slack).filter(({ text }) => text !== "Forged").length };
  }
});

/** Recognises any of these answers to a click that asks for more. */
function anyOf(...names: string[]): RegExp {
  return new RegExp(names.map((name) => approvedAs(`clicks-after/${name}`).source).join("|"));
}
