import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { test } from "node:test";

/** No other folder may import Slack's packages (folders.ts). */
const SLACK = resolve(import.meta.dirname, "../../src/slack");
const DOOR = "client/door.ts";

/** Every family of the Web API that writes, `conversations` by what opens or changes one, and Bolt's ways to say something. */
const WRITES = [
  /\.\s*(?:chat|views|files|reactions|pins|bookmarks|reminders|canvases|dialog)\s*\.\s*\w+\s*\(/,
  /\.\s*conversations\s*\.\s*(?!info\b|history\b|replies\b|list\b|members\b)\w+\s*\(/,
  /\.\s*apiCall\s*\(/,
  /\brespond\s*\(/,
  /\b(?:say|ack)\s*\(\s*\{[^)]*\btext\b/,
];

/** What of a text writes to Slack, line by line. */
function writesIn(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
  return WRITES.flatMap((write) => code.match(write)?.[0] ?? []);
}

test("nothing but the door calls what writes to Slack", async () => {
  const entries = await readdir(SLACK, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map(({ parentPath, name }) => relative(SLACK, join(parentPath, name)));
  const found = await Promise.all(
    files.map(async (file) => ({ file, writes: writesIn(await readFile(join(SLACK, file), "utf8")) })),
  );
  const writing = found.filter(({ writes }) => writes.length > 0);
  assert.deepEqual(
    writing.map(({ file }) => file),
    [DOOR],
    JSON.stringify(writing),
  );
});

test("a call that writes is seen however it is written, and one that reads is none", () => {
  for (const text of [
    "await client.chat.postEphemeral({ channel, user, text })",
    "const { view } = await (onTop ? client.views.push(given) : open());",
    "await needs.client\n  .files\n  .uploadV2({ channel_id })",
    "await client.conversations.open({ users })",
    'await client.apiCall("chat.postMessage", { channel })',
    'await respond({ response_type: "ephemeral", text })',
    'await say({ text: "hello" })',
  ])
    assert.notEqual(writesIn(text).length, 0, text);
  for (const text of [
    "await client.conversations.info({ channel })",
    "await client.users.info({ user })",
    "// client.chat.update({ ts })",
    "await ack();",
    'return say("Nothing was started.");',
  ])
    assert.deepEqual(writesIn(text), [], text);
});
