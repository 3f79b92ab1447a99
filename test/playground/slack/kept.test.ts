import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, it, type TestContext } from "node:test";
import { startWithClient } from "./support.ts";

const HOME = { type: "home" as const, blocks: [{ type: "divider" as const }] };

describe("what the playground's Slack keeps", () => {
  it("finds its messages, threads and Homes again, as they were last, and what is gone stays gone", async (t) => {
    const path = await placeFor(t);
    const first = await startWithClient(kept(path));
    const { ana, ben } = first.slack.users;
    const channel = first.slack.channels.infra;
    const post = (text: string, thread_ts?: string) =>
      first.client.chat.postMessage({ channel, text, ...(thread_ts === undefined ? {} : { thread_ts }) });
    const { ts: card = "" } = await post("queued");
    await post("a reply", card);
    const { ts: gone = "" } = await post("gone");
    await first.client.chat.update({ channel, ts: card, text: "waiting" });
    await first.client.chat.delete({ channel, ts: gone });
    await first.client.chat.postEphemeral({ channel, user: ana, text: "only Ana" });
    first.slack.say({ as: ben, channel, text: "hello" });
    await first.client.views.publish({ user_id: ben, view: HOME });
    const home = first.slack.home(ben);
    await first.slack.stop();

    const { slack, client } = await startWithClient(kept(path));
    t.after(() => slack.stop());
    const texts = slack.messages(channel).map(({ text }) => text);
    assert.deepEqual(texts, ["waiting", "a reply", "hello"]);
    assert.deepEqual(slack.ephemerals(ana), []);
    assert.deepEqual(slack.home(ben), home);
    const { ts: next = "" } = await client.chat.postMessage({ channel, text: "next" });
    assert.ok(slack.messages(channel).every(({ ts }) => ts <= next));
    assert.equal((await client.chat.update({ channel, ts: card, text: "done" })).ok, true);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  it("reads what stands before and after what cannot be read, and writes behind no half line", async (t) => {
    const path = await placeFor(t);
    const first = await startWithClient(kept(path));
    const channel = first.slack.channels.infra;
    await first.client.chat.postMessage({ channel, text: "one" });
    await first.slack.stop();
    await appendFile(path, '{"kept":"message","message":{"channel":"C0INFRA001","ts":"17');
    await writeFile(`${path}.new`, '{"kept":');
    const second = await startWithClient(kept(path));
    await second.client.chat.postMessage({ channel, text: "two" });
    await second.slack.stop();
    const third = await startWithClient(kept(path));
    t.after(() => third.slack.stop());
    assert.deepEqual(
      third.slack.messages(channel).map(({ text }) => text),
      ["one", "two"],
    );
    assert.deepEqual(await readdir(join(path, "..")), ["slack.jsonl"]);
  });

  it("forgets whole threads, the longest silent first, and stays bounded", async (t) => {
    const path = await placeFor(t);
    const at = (number: number) => `1700000000.${String(number).padStart(6, "0")}`;
    const line = (number: number, threadTs: string | null) => {
      const of = {
        channel: "C0INFRA001",
        user: "U0ANA00001",
        text: String(number),
        ts: at(number),
        threadTs,
      };
      const rest = {
        broadcast: false,
        botId: null,
        blocks: null,
        attachments: [],
        metadata: null,
        files: [],
      };
      return JSON.stringify({
        kept: "message",
        message: { ...of, ...rest, edited: false, ephemeralTo: null },
      });
    };
    // The first is the oldest, and somebody answers in its thread last.
    const lines = Array.from({ length: 1_200 }, (_, number) => line(number, null));
    await writeFile(path, [...lines, line(1_200, at(0))].join("\n"));
    const first = await startWithClient(kept(path));
    await first.slack.stop();
    const { slack } = await startWithClient(kept(path));
    t.after(() => slack.stop());
    const texts = slack.messages("C0INFRA001").map(({ text }) => Number(text));
    assert.equal(texts.length, 1_000);
    assert.deepEqual([texts[0], texts[1], texts.at(-1)], [0, 202, 1_200]);
  });

  it("has every message that was answered when it is killed in the middle of its work", async (t) => {
    const path = await placeFor(t);
    const child = spawn(process.execPath, ["--input-type=module", "-e", POSTS, path], {
      cwd: new URL("../../..", import.meta.url),
      stdio: ["ignore", "pipe", "inherit"],
    });
    let answered = 0;
    for await (const said of createInterface({ input: child.stdout })) {
      answered = Number(said);
      if (answered === 200) child.kill("SIGKILL");
    }
    assert.ok(answered >= 200);
    const { slack } = await startWithClient(kept(path));
    t.after(() => slack.stop());
    const there = slack.messages(slack.channels.infra).map(({ text }) => Number(text.split(" ", 1)[0]));
    assert.deepEqual(
      there.slice(0, answered),
      Array.from({ length: answered }, (_, at) => at + 1),
    );
    for (const one of (await readFile(path, "utf8")).trimEnd().split("\n")) JSON.parse(one);
  });

  it("goes on without where it cannot write, says so once, and leaves no old file", async (t) => {
    const path = await placeFor(t);
    await writeFile(path, "");
    const faults: unknown[] = [];
    const below = join(path, "slack.jsonl");
    const { slack, client } = await startWithClient({
      keptIn: { path: below, onFault: (error) => faults.push(error) },
    });
    t.after(() => slack.stop());
    const channel = slack.channels.infra;
    for (const text of ["one", "two"]) await client.chat.postMessage({ channel, text });
    assert.equal(slack.messages(channel).length, 2);
    assert.equal(faults.length, 1);
  });
});

/** Posts without end, and says the number of each message that Slack answered. */
const POSTS = `
  import { startSlack } from "#playground/slack/slack.ts";
  const slack = await startSlack({ keptIn: { path: process.argv[1], onFault: () => process.exit(1) } });
  for (let number = 1; ; number += 1) {
    const text = number + " " + "x".repeat(3_000);
    const response = await fetch(slack.apiUrl + "chat.postMessage", {
      method: "POST",
      headers: { authorization: "Bearer " + slack.tokens.bot, "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify({ channel: slack.channels.infra, text }),
    });
    const { ok } = await response.json();
    if (ok) process.stdout.write(number + "\\n");
  }
`;

function kept(path: string) {
  return {
    keptIn: {
      path,
      onFault: (error: unknown) => assert.fail(String(error)),
    },
  };
}

async function placeFor(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "greenlight-kept-"));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return join(dir, "slack.jsonl");
}
