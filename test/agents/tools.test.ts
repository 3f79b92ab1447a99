import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { z } from "zod";
import type { Tools } from "#agents/tools.ts";
import { PlannerOutput } from "#change/plan.ts";
import { type ModelStandIn, startModel } from "#playground/model/model.ts";
import { prepare } from "./asking.ts";

const LOOK = { name: "kubectl", input: { args: ["get", "pods", "-n", "staging"], why: "what runs" } };
const FILES = { name: "files", input: { path: "network/main.tf" } };
const ANSWER = { summary: "", plan: [], risk_level: "low", risk_reason: "", questions: ["Which one?"] };
const RULES = "Rules. ".repeat(500);

let model: ModelStandIn;
before(async () => {
  model = await startModel();
});
after(() => model.close());
beforeEach(() => {
  model.requests.length = 0;
});

/** A question with two tools; `used` is what was asked for, in order. */
function askWithTools(more: Partial<Tools> = {}) {
  const used: [string, unknown][] = [];
  const tools: Tools = {
    offers: [
      {
        name: "kubectl",
        description: "Looks.",
        input: z.object({ args: z.array(z.string()), why: z.string() }),
      },
      { name: "files", description: "Reads.", input: z.object({ path: z.string().max(40) }) },
    ],
    mostCalls: 4,
    use: async (name, input) => {
      used.push([name, input]);
      return `seen ${used.length}`;
    },
    ...more,
  };
  const { ask, asking, tries } = prepare(model, {});
  const question = {
    agent: "planner" as const,
    system: RULES,
    user: "what runs?",
    schema: PlannerOutput,
    asking,
  };
  return { asking: ask({ ...question, tools }), used, tries };
}

type Block = { type: string; tool_use_id?: string; content?: string; is_error?: boolean };
/** The results in the last message of the last request. */
function results(): Block[] {
  const [request] = model.requests.slice(-1);
  assert.ok(request !== undefined);
  const { messages } = request.body as { messages: { content: Block[] | string }[] };
  const last = messages.at(-1)?.content;
  return typeof last === "object" ? last : [];
}

test("what the model asks for is looked at, in its order, and the answer comes after it", async () => {
  model.script([{ tools: [LOOK, FILES], thinking: 30 }, { tools: [LOOK] }, { json: ANSWER }]);
  const { asking, used, tries } = askWithTools();
  const answered = await asking;
  assert.ok(answered.ok, JSON.stringify(answered));
  assert.deepEqual(answered.answer.questions, ["Which one?"]);
  assert.deepEqual(used, [
    ["kubectl", LOOK.input],
    ["files", FILES.input],
    ["kubectl", LOOK.input],
  ]);
  assert.deepEqual(
    tries.map((made) => [made.try, made.outcome]),
    [1, 2, 3].map((at) => [at, "ok"]),
  );
  assert.deepEqual(
    results().map(({ content, is_error }) => [content, is_error]),
    [["seen 3", undefined]],
  );
});

test("each call after the first reads all of the call before it from the cache", async () => {
  model.script([{ tools: [LOOK], thinking: 30 }, { tools: [LOOK] }, { tools: [FILES] }, { json: ANSWER }]);
  const { asking, tries } = askWithTools({ mostCalls: 8 });
  assert.ok((await asking).ok);
  const inputs = tries.map((made) => made.inputTokens + made.cacheReadTokens + made.cacheWriteTokens);
  for (const [at, made] of tries.slice(1).entries())
    assert.equal(made.cacheReadTokens, inputs[at], `call ${at + 2}`);
});

test("the last call is told that nothing more can be looked at; a model that goes on gives no answer", async () => {
  model.script([...Array.from({ length: 3 }, () => ({ tools: [LOOK] })), { json: ANSWER }]);
  const told = askWithTools();
  assert.ok((await told.asking).ok);
  assert.equal(told.used.length, 2, "the third was not looked at");
  assert.match(results()[0]?.content ?? "", /Nothing more can be looked at/);
  assert.equal(results()[0]?.is_error, true);

  model.script(Array.from({ length: 4 }, () => ({ tools: [LOOK] })));
  const stubborn = askWithTools();
  const answered = await stubborn.asking;
  assert.ok(!answered.ok);
  assert.match(answered.reason, /went on looking and gave no answer in 4 calls/);
  assert.equal(stubborn.tries.length, 4);
});

test("an unknown tool and an input of another form are a sentence to the model, and nothing is looked at", async () => {
  const bad = [
    { name: "shell", input: { run: "id" } },
    { name: "files", input: { path: "x".repeat(41) } },
  ];
  model.script([{ tools: bad }, { json: ANSWER }]);
  const { asking, used } = askWithTools();
  assert.ok((await asking).ok);
  assert.deepEqual(used, []);
  assert.deepEqual(
    results().map(({ is_error }) => is_error),
    [true, true],
  );
  assert.match(results()[0]?.content ?? "", /no such tool\. There are: kubectl, files/);
  assert.match(results()[1]?.content ?? "", /path/);
});

test("an overload in the middle is waited out, and what was thought before it goes along unchanged", async () => {
  model.script([{ tools: [LOOK], thinking: 30 }, { status: 529 }, { status: 529 }, { json: ANSWER }]);
  const { asking, used, tries } = askWithTools();
  assert.ok((await asking).ok);
  assert.equal(used.length, 1, "a look is not made again");
  assert.equal(tries.length, 4);
});

test("an answer of another form after looks is asked for once more", async () => {
  model.script([{ tools: [LOOK], thinking: 30 }, { json: { plan: 1 }, thinking: 10 }, { json: ANSWER }]);
  const { asking } = askWithTools();
  assert.ok((await asking).ok);
});

test("whoever stops it, stops it at a look", async () => {
  model.script([{ tools: [LOOK] }]);
  const { asking } = askWithTools({ use: () => Promise.reject(new Error("stopped")) });
  await assert.rejects(asking, /stopped/);
});

test("a question without tools takes a call of one as no answer, and asks for no cache", async () => {
  model.script([{ tools: [LOOK] }]);
  const { ask, asking } = prepare(model, {});
  const answered = await ask({ agent: "planner", system: RULES, user: "?", schema: PlannerOutput, asking });
  assert.ok(!answered.ok);
  assert.match(answered.reason, /stopped before its answer \(tool_use\)/);
  assert.doesNotMatch(JSON.stringify(model.requests.at(-1)?.body), /cache_control/);
});
