import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import type { Message } from "#playground/slack/workspace.ts";
import { answerOf } from "#test/support/cards.ts";
import { startOwnSlack } from "#test/support/own-slack.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";
import { askFor, changeIdOf, replies, standIn, textOf, typed, waitFor } from "#test/support/slack.ts";

/** Prints far more than forty lines, and asks nobody. */
const LONG = "get deployments -n staging -o yaml";

describe("the full log of a step", () => {
  const closing: (() => Promise<void>)[] = [];
  after(async () => {
    for (const close of closing.toReversed()) await close();
  });
  const start = async (env: { [name: string]: string } = {}): Promise<Program> => {
    const program = await startProgram(env);
    closing.push(() => program.close());
    return program;
  };
  const run = async (program: Program, slack: SlackStandIn, line: string): Promise<Message> => {
    program.model.script({ agent: "planner", json: planOf([[line, null]], "low") });
    const card = await askFor(slack, `run ${line}`);
    await answerOf(slack, card);
    return card;
  };
  const filesOf = (slack: SlackStandIn, card: Message) =>
    replies(slack, card).flatMap((reply) => reply.files.map((file) => String(file["name"])));
  const linesOf = async (program: Program, slack: SlackStandIn, card: Message): Promise<string[]> => {
    const { rows } = await program.app.database.query<{ text: string }>(
      "select text from log_lines where change_id = $1 order by number",
      [await changeIdOf(slack, card)],
    );
    return rows.map(({ text }) => text);
  };

  it("comes as a file with every line that was kept, while the first and the last stand in the answer", async () => {
    const program = await start();
    const slack = standIn(program);
    const card = await run(program, slack, LONG);
    const [name] = await waitFor(() => named(filesOf(slack, card)), "the file");
    const lines = await linesOf(program, slack, card);
    assert.ok(lines.length > 60, `${lines.length} lines`);
    const file = slack.files().find((one) => one.name === name);
    assert.equal(file?.content?.toString("utf8"), lines.join("\n"));
    const logs = await typed(slack, `/infra logs ${await changeIdOf(slack, card)}`);
    assert.ok(textOf(logs.blocks).includes(`\`${name}\``), "the file's name in /infra logs");
    const said = new RegExp(`\\b${lines.length} `);
    const shown = textOf((await answerOf(slack, card)).blocks);
    assert.match(shown, said);
    for (const line of [lines[0], lines.at(-1)])
      assert.ok(shown.includes(JSON.stringify(line).slice(1, -1)), line);
  });

  it("is not attached when all of it stands in the answer", async () => {
    const program = await start();
    const slack = standIn(program);
    const card = await run(program, slack, "version");
    await answerOf(slack, card);
    const done = async (): Promise<boolean> => {
      const { rows } = await program.app.database.query(
        "select 1 from messages where name like 'log:%' and ts = 'inline'",
      );
      return rows.length === 1;
    };
    const giveUp = Date.now() + 20_000;
    while (!(await done())) assert.ok(Date.now() < giveUp, "the file's row came to rest");
    assert.deepEqual(slack.files(), []);
  });

  it("stands there once, also when the answer to its upload got lost", async () => {
    const program = await start();
    const slack = standIn(program);
    slack.faults.dropAfterAccept(1, "files.completeUploadExternal");
    slack.faults.fail(1, 500, "files.getUploadURLExternal");
    const card = await run(program, slack, LONG);
    await waitFor(() => named(filesOf(slack, card)), "the file");
    const rests = async (): Promise<boolean> => {
      const { rows } = await program.app.database.query(
        "select 1 from messages where name like 'log:%' and sent >= wanted",
      );
      return rows.length === 1;
    };
    const giveUp = Date.now() + 30_000;
    while (!(await rests())) {
      assert.ok(Date.now() < giveUp, "its row came to rest");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal(filesOf(slack, card).length, 1);
  });

  it("is said not to be attached without the scope, and everything else goes on", async () => {
    const scopes = [
      "channels:read",
      "chat:write",
      "commands",
      "groups:read",
      "usergroups:read",
      "users:read",
    ];
    const slack = await startOwnSlack({ scopes });
    closing.push(() => slack.stop());
    const program = await start({
      SLACK_BOT_TOKEN: slack.tokens.bot,
      SLACK_APP_TOKEN: slack.tokens.app,
      SLACK_API_URL: slack.apiUrl,
      GREENLIGHT_MIX: "yes",
    });
    await waitFor(() => (slack.connections() >= 2 ? true : undefined), "the sockets");
    const card = await run(program, slack, LONG);
    assert.match(textOf((await answerOf(slack, card)).blocks), /files:write/);
    assert.deepEqual(slack.files(), []);
  });
});

function named(names: string[]): string[] | undefined {
  return names.length === 0 ? undefined : names;
}
