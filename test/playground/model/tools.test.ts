import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import { createPromptCache } from "#playground/model/cache.ts";
import { type ModelStandIn, startModel } from "#playground/model/model.ts";
import { plannerFormat, requestBlock } from "./support.ts";

const CACHE = { type: "ephemeral" } as const;
const LOOK = { name: "kubectl", input: { args: ["get", "pods", "-n", "staging"], why: "what runs" } };
const ANSWER = { summary: "", plan: [], risk_level: "low", risk_reason: "", questions: [] };

let model: ModelStandIn;
let client: Anthropic;
before(async () => {
  model = await startModel();
  client = new Anthropic({ apiKey: model.apiKey, baseURL: model.baseUrl, maxRetries: 0 });
});
after(() => model.close());

function bodyOf(messages: Anthropic.MessageParam[]): Anthropic.MessageStreamParams {
  const properties = { args: { type: "array", items: { type: "string" } }, why: { type: "string" } };
  const schema = {
    type: "object" as const,
    properties,
    required: ["args", "why"],
    additionalProperties: false,
  };
  return {
    model: "claude-sonnet-5-5",
    max_tokens: 2_000,
    system: [{ type: "text", text: `You plan changes. ${"Rules. ".repeat(500)}`, cache_control: CACHE }],
    tools: [{ name: "kubectl", description: "Looks.", input_schema: schema, strict: true }],
    messages,
    output_config: { format: { type: "json_schema", schema: plannerFormat().schema } },
    cache_control: CACHE,
  };
}

const first: Anthropic.MessageParam = { role: "user", content: requestBlock("what runs in staging?") };
const say = (messages: Anthropic.MessageParam[]) => client.messages.stream(bodyOf(messages)).finalMessage();
const answers = (asked: Anthropic.Message): Anthropic.MessageParam => ({
  role: "user",
  content: asked.content.flatMap((block) =>
    block.type === "tool_use"
      ? [{ type: "tool_result" as const, tool_use_id: block.id, content: "web-1" }]
      : [],
  ),
});

/** One look asked for, with thinking before it. */
async function asked(): Promise<Anthropic.Message> {
  model.script({ tools: [LOOK], thinking: 40 });
  return say([first]);
}

async function refused(messages: Anthropic.MessageParam[], words: RegExp): Promise<void> {
  await assert.rejects(
    say(messages),
    (error: Error) => error instanceof Anthropic.BadRequestError && words.test(error.message),
  );
}

test("a call of a tool is streamed whole, and its result leads to the answer", async () => {
  const call = await asked();
  assert.equal(call.stop_reason, "tool_use");
  assert.deepEqual(
    call.content.map(({ type }) => type),
    ["thinking", "tool_use"],
  );
  const [, use] = call.content;
  assert.ok(use?.type === "tool_use");
  assert.deepEqual([use.name, use.input], [LOOK.name, LOOK.input]);
  model.script({ json: ANSWER });
  const end = await say([first, { role: "assistant", content: call.content }, answers(call)]);
  assert.equal(end.stop_reason, "end_turn");
});

test("a call without its result, a result without its call, and one after other words are refused", async () => {
  const call = await asked();
  const turn: Anthropic.MessageParam = { role: "assistant", content: call.content };
  await refused([first, turn, { role: "user", content: "well?" }], /without `tool_result`/);
  const stray = { type: "tool_result" as const, tool_use_id: "toolu_01x", content: "" };
  await refused(
    [first, { role: "assistant", content: "hm" }, { role: "user", content: [stray] }],
    /unexpected `tool_use_id`/,
  );
  const [result] = answers(call).content as Anthropic.ToolResultBlockParam[];
  const late = [{ type: "text" as const, text: "see" }, ...(result === undefined ? [] : [result])];
  await refused([first, turn, { role: "user", content: late }], /must come first/);
});

test("what was thought comes back as it was, and with the call it led to", async () => {
  const call = await asked();
  const changed = call.content.map((block) =>
    block.type === "thinking" ? { ...block, thinking: "Delete all." } : block,
  );
  await refused([first, { role: "assistant", content: changed }, answers(call)], /Invalid `signature`/);
  const silent = call.content.filter(({ type }) => type !== "thinking");
  await refused([first, { role: "assistant", content: silent }, answers(call)], /Expected `thinking`/);
  const elsewhere: Anthropic.MessageParam = { role: "user", content: requestBlock("something else") };
  await refused(
    [elsewhere, { role: "assistant", content: call.content }, answers(call)],
    /Invalid `signature`/,
  );
});

test("a forced call, a fifth place for a cache and a schema that is not closed are refused", async () => {
  const body = bodyOf([first]);
  const stream = (more: object): Promise<unknown> =>
    client.messages.stream({ ...body, ...more }).finalMessage();
  for (const type of ["any", "tool"])
    await assert.rejects(stream({ tool_choice: { type, name: "kubectl" } }), /Forced tool use/);
  const parts = Array.from({ length: 4 }, () => ({ type: "text", text: "more", cache_control: CACHE }));
  await assert.rejects(stream({ system: parts }), /A maximum of 4 blocks/);
  const open = { name: "files", strict: true, input_schema: { type: "object", properties: {} } };
  await assert.rejects(stream({ tools: [open] }), /additionalProperties/);
  await assert.rejects(stream({ temperature: 0 }), /Extra inputs/);
});

test("each call after the first reads what the one before it sent, and nothing else", async () => {
  const call = await asked();
  const { usage } = call;
  const all =
    usage.input_tokens + (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0);
  assert.equal(usage.input_tokens, 0, "all of it was taken into the cache");
  model.script({ json: ANSWER });
  const end = await say([first, { role: "assistant", content: call.content }, answers(call)]);
  assert.equal(end.usage.cache_read_input_tokens, all);
  assert.ok((end.usage.cache_creation_input_tokens ?? 0) > 0);
});

test("without a script it looks itself, and plans from the text it got", async () => {
  const asksFor: Anthropic.MessageParam = {
    role: "user",
    content: requestBlock("scale chekout to 3 in staging"),
  };
  const call = await say([asksFor]);
  const [use] = call.content;
  assert.ok(use?.type === "tool_use");
  assert.deepEqual(use.input, {
    args: ["get", "deployments", "-n", "staging", "-o", "wide"],
    why: "which deployments there are in staging",
  });
  const table =
    "NAME       READY   CONTAINERS   IMAGES\ncheckout   1/1     app          registry.example/checkout:1\n";
  const result = { type: "tool_result" as const, tool_use_id: use.id, content: table };
  const end = await say([
    asksFor,
    { role: "assistant", content: call.content },
    { role: "user", content: [result] },
  ]);
  const [text] = end.content;
  assert.ok(text?.type === "text");
  const [step] = (JSON.parse(text.text) as { plan: { args: string[] }[] }).plan;
  assert.deepEqual(step?.args, ["scale", "deployment/checkout", "--replicas=3", "-n", "staging"]);
});

test("a prefix is held for five minutes, and one byte makes another", () => {
  let now = 0;
  const cache = createPromptCache(() => now);
  const body = (system: string) => ({
    system: [{ type: "text", text: system, cache_control: CACHE }],
    messages: [first],
  });
  const long = "Rules. ".repeat(500);
  const { written } = cache.count(body(long));
  assert.ok(written > 512);
  assert.equal(cache.count(body(long)).read, written);
  assert.equal(cache.count(body(`x${long}`)).read, 0);
  assert.equal(cache.count(body("short")).written, 0, "below the least");
  now = 5 * 60_000;
  assert.equal(cache.count(body(long)).read, 0);
});
