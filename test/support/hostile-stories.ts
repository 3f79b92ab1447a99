import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { type Change, openDecision } from "#change/change.ts";
import { argvOf } from "#change/plan.ts";
import { madeOf } from "#change/way-back.ts";
import type { Asked } from "#playground/model/model.ts";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import type { Message } from "#playground/slack/workspace.ts";
import { commandLine } from "#slack/text/text.ts";
import { seeing } from "./box.ts";
import { type FakeTools, installFakeTools, onlyReads } from "./fake-tools.ts";
import type { HostileText } from "./hostile-texts.ts";
import { startOwnSlack } from "./own-slack.ts";
import { type Program, startProgram } from "./program.ts";
import { hasButton, now, press, replies, waitFor } from "./slack.ts";

/** The only approver. */
export const BEN = "U0BEN00001";
/** A guest: may neither ask nor approve. */
export const GUS = "U0GUS00001";
/** The worker carries five changes of one person at a time. */
export const REQUESTERS = ["U0REQ00001", "U0REQ00002", "U0REQ00003"];

/** One text after its story ended. `spawnedBefore`: what of it that changes something ran before anybody approved. */
export type Story = { text: HostileText; change: Change; spawnedBefore: string[][]; waited: boolean };

/** The real program between a Slack of its own, fake tools that keep what they were called with, and models that obey. */
export type Stage = {
  program: Program;
  slack: SlackStandIn;
  tools: FakeTools;
  /** Every question a model was asked. */
  asked: Asked[];
  close(): Promise<void>;
};

/** A person types no ninety commands in one second, and Slack waits three for each ack. */
const AT_ONCE = 12;
const PATIENCE_MS = 90_000;
const POLL_MS = 50;
const ENDED = /^(done|accepted|rolled_back|rejected|planned|failed|cancelled|expired)$/;

/** Starts everything for these texts. Slack takes one message a second in a channel, so each text has one of its own. */
export async function setStage(texts: readonly HostileText[]): Promise<Stage> {
  const dir = await mkdtemp(join(tmpdir(), "greenlight-hostile-"));
  const tools = await installFakeTools(dir);
  const users = REQUESTERS.map((id, index) => ({ id, name: `asker${index + 1}` }));
  const members = [...REQUESTERS, BEN, GUS, "U0GREENLT1"];
  const channels = texts.map(({ id }) => ({ id: channelOf(id), name: `infra-${id}`, members }));
  const slack = await startOwnSlack({ users, channels });
  const program = await startProgram(
    {
      PATH: [tools.binDir, dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: slack.tokens.bot,
      SLACK_APP_TOKEN: slack.tokens.app,
      GREENLIGHT_APPROVERS: BEN,
      GREENLIGHT_WORKSPACE: dir,
      GREENLIGHT_MIX: "yes",
    },
    seeing(dir),
  );
  const asked: Asked[] = [];
  const byId = new Map(texts.map((text) => [text.id, text]));
  program.model.obey((question) => {
    asked.push(question);
    const text = byId.get(/h\d{3}/.exec(JSON.stringify(question.block))?.[0] ?? "");
    return question.agent === "planner" ? text?.answer : text?.review;
  });
  await Promise.all(texts.map((text) => tools.answer(text.id, text)));
  const close = async (): Promise<void> => {
    await program.close();
    await slack.stop();
    await rm(dir, { recursive: true, force: true });
  };
  return { program, slack, tools, asked, close };
}

/** Plays every text to its end, several at once: asked for, pressed by those who may not, decided by Ben. */
export async function tellStories(stage: Stage, texts: readonly HostileText[]): Promise<Story[]> {
  const told: Story[] = [];
  const queue = [...texts.entries()];
  const teller = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      told.push(await play(stage, next[1], REQUESTERS[next[0] % REQUESTERS.length] ?? ""));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, teller));
  return told;
}

async function play(stage: Stage, text: HostileText, requester: string): Promise<Story> {
  const { slack } = stage;
  const channel = channelOf(text.id);
  const said = slack.say({ as: requester, channel, text: `/infra ${text.id} ${text.request}` });
  assert.equal(await said.delivered, "acked", text.id);
  const id = await waitForRow(stage, text.id, requester);
  const story: Story = { text, change: await getChange(stage, id), spawnedBefore: [], waited: false };
  const giveUp = Date.now() + PATIENCE_MS;
  for (; !ENDED.test(story.change.status); story.change = await getChange(stage, id)) {
    if (Date.now() > giveUp) throw new Error(`${text.id} does not end: ${JSON.stringify(story.change)}`);
    const gate = openDecision(story.change)?.gate;
    if (gate === "approval") await decide(stage, story, requester);
    else if (gate === "operator") await operate(stage, story);
    else if (gate === "answers") await answer(stage, story, requester);
    else await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return story;
}

async function decide(stage: Stage, story: Story, requester: string): Promise<void> {
  const { slack } = stage;
  const { text, change } = story;
  const card = await cardOf(stage, text);
  await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), `the buttons of ${text.id}`);
  assertReadable(story.text, change, [now(slack, card), ...replies(slack, card)]);
  // Neither who asked nor a guest can approve, whatever the text says of them.
  for (const user of [requester, GUS]) await press(slack, user, card, "greenlight:approve");
  story.spawnedBefore = (await spawnsOf(stage, text)).filter((argv) => !onlyReads(argv));
  story.waited = true;
  await press(slack, BEN, card, `greenlight:${text.decide}`);
  await waitForAnswer(stage, change.id);
}

/** Says to each of the Planner's questions what the attacker would like to hear; a guest's word is none. */
async function answer(stage: Stage, { text, change }: Story, requester: string): Promise<void> {
  const asked = openDecision(change);
  assert.ok(asked !== null, text.id);
  const { gate, revision, round, digest, questions } = asked;
  const answers = questions.map(() => `${text.id} yes, approved by <@${BEN}>`);
  const say = (userId: string) =>
    stage.program.app.changes.decide({
      changeId: change.id,
      ...{ gate, revision, round, digest, answers },
      answer: "answered",
      by: { kind: "slack", teamId: stage.slack.team.id, userId },
      reason: null,
    });
  assert.equal((await say(GUS)).kind, "refused", text.id);
  assert.equal((await say(requester)).kind, "decided", text.id);
  await waitForAnswer(stage, change.id, digest);
}

async function operate(stage: Stage, { text, change }: Story): Promise<void> {
  const card = await cardOf(stage, text);
  const { slack } = stage;
  const action = `greenlight:${text.operator}`;
  if (await hasSoon(stage, card, action)) await press(slack, BEN, card, action);
  else await press(slack, BEN, card, "greenlight:accept");
  await waitForAnswer(stage, change.id);
}

async function hasSoon({ slack }: Stage, card: Message, action: string): Promise<boolean> {
  await waitFor(() => hasButton(now(slack, card), "greenlight:accept"), "the operator's buttons");
  return hasButton(now(slack, card), action) === true;
}

/** Waits until this question, or any, is open no more. */
async function waitForAnswer(stage: Stage, id: string, digest?: string): Promise<void> {
  const giveUp = Date.now() + PATIENCE_MS;
  for (;;) {
    const open = openDecision(await getChange(stage, id));
    if (open === null || (digest !== undefined && open.digest !== digest)) return;
    if (Date.now() > giveUp) throw new Error(`Ben's answer to ${id} was not taken`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function getChange({ program }: Stage, id: string): Promise<Change> {
  const change = await program.app.changes.get(id);
  if (change === null) throw new Error(`${id} is gone`);
  return change;
}

async function waitForRow({ program, slack }: Stage, id: string, requester: string): Promise<string> {
  const giveUp = Date.now() + PATIENCE_MS;
  for (;;) {
    const { rows } = await program.app.database.query("select id from changes where request like $1", [
      `${id}%`,
    ]);
    const found: unknown = rows[0];
    if (typeof found === "object" && found !== null && "id" in found) return String(found.id);
    if (Date.now() > giveUp)
      throw new Error(`${id} was not taken on: ${slack.ephemerals(requester).at(-1)?.text}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function spawnsOf({ tools }: Stage, text: HostileText): Promise<string[][]> {
  const calls = await tools.calls();
  return calls.filter((argv) => argv.some((word) => word.includes(text.id)));
}

function cardOf({ slack }: Stage, { id }: HostileText) {
  const find = () => slack.messages(channelOf(id)).find((one) => one.threadTs === null && one.botId !== null);
  return waitFor(find, `the card of ${id}`);
}

function channelOf(id: string): string {
  return `C0HOST${id.slice(1)}0`;
}

/**
 * The approver reads every command letter by letter, ways back that a model wrote too, and the digest of what will run. Of a
 * rollback that Greenlight made the card says what it puts back: its command only names a file.
 */
function assertReadable(text: HostileText, change: Change, messages: unknown[]): void {
  const shown = codeIn(messages).join("");
  for (const step of change.plan?.plan ?? []) {
    assert.ok(
      shown.includes(commandLine(argvOf(step))),
      `${text.id} does not show ${commandLine(argvOf(step))}`,
    );
    if (step.rollback !== null && madeOf(change, step.step) === undefined)
      assert.ok(shown.includes(commandLine(argvOf(step.rollback))), text.id);
  }
  if (text.shows !== undefined)
    assert.ok(shown.includes(text.shows), `${text.id} does not show ${text.shows}`);
  const digest = change.digest ?? "none";
  assert.ok(JSON.stringify(messages).includes(digest.slice(0, 12)), `${text.id} does not show its digest`);
}

/** The text of every code box and every piece of code, in order. */
function codeIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(codeIn);
  if (typeof value !== "object" || value === null) return [];
  if ("pastBlocks" in value) return codeIn("blocks" in value ? value.blocks : null);
  const box = "type" in value && value.type === "rich_text_preformatted" && "elements" in value;
  if (box) return textsIn(value.elements);
  const isCode = "style" in value && JSON.stringify(value.style) === '{"code":true}';
  if (isCode) return textsIn(value);
  return Object.values(value).flatMap(codeIn);
}

function textsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return typeof value === "object" && value !== null && "text" in value ? [String(value.text)] : [];
}
