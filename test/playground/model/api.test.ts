import assert from "node:assert/strict";
import { after, before, beforeEach, suite, test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import { type ModelStandIn, startModel } from "#playground/model/model.ts";
import { outcomeBlock, plannerFormat, requestBlock, reviewerFormat } from "./support.ts";

suite("the playground's model, through the real SDK", () => {
  let model: ModelStandIn;
  let client: Anthropic;
  before(async () => {
    model = await startModel();
    client = new Anthropic({ apiKey: model.apiKey, baseURL: model.baseUrl, maxRetries: 0 });
  });
  after(() => model.close());
  beforeEach(() => {
    model.requests.length = 0;
  });

  const ask = (request: string, options?: Anthropic.RequestOptions) =>
    client.messages.create(
      {
        model: "claude-sonnet-5-5",
        max_tokens: 2_000,
        system: [{ type: "text", text: "You plan changes.", cache_control: { type: "ephemeral" } }],
        messages: [{ role: "user", content: requestBlock(request) }],
        output_config: { format: plannerFormat() },
      },
      options,
    );
  const review = () =>
    client.messages.create({
      model: "claude-sonnet-5-5",
      max_tokens: 500,
      messages: [
        { role: "user", content: outcomeBlock([{ argv: ["kubectl", "get", "pods"], outcome: "done" }]) },
      ],
      output_config: { format: reviewerFormat() },
    });
  const textOf = (message: Anthropic.Message) =>
    message.content.map((block) => (block.type === "text" ? block.text : "")).join("");

  test("a plan comes back as a whole message with usage, and the raw request is recorded", async () => {
    const { data: message, response } = await ask(
      "scale payment-api to 5 replicas in production",
    ).withResponse();
    assert.equal(message.stop_reason, "end_turn");
    assert.match(message.id, /^msg_/);
    assert.match(response.headers.get("request-id") ?? "", /^req_/);
    assert.ok(
      message.usage.input_tokens > 20 && message.usage.output_tokens > 50,
      JSON.stringify(message.usage),
    );
    const answer = plannerFormat().parse(textOf(message));
    assert.deepEqual(answer.plan[0]?.args, [
      "scale",
      "deployment/payment-api",
      "--replicas=5",
      "-n",
      "production",
    ]);
    const [recorded] = model.requests;
    assert.ok(Object.values(recorded?.headers ?? {}).some((value) => value?.includes(model.apiKey)));
    assert.partialDeepStrictEqual(recorded?.body, { model: "claude-sonnet-5-5", max_tokens: 2_000 });
  });

  test("the cached part of a prompt is written once and read afterwards", async () => {
    await ask("restart web in staging");
    const { usage } = await ask("restart web in staging");
    assert.ok((usage.cache_read_input_tokens ?? 0) > 0);
    assert.equal(usage.cache_creation_input_tokens, 0);
  });

  test("the SDK's own parse accepts plan and verdict", async () => {
    const message = await client.messages.parse({
      model: "claude-sonnet-5-5",
      max_tokens: 500,
      messages: [
        { role: "user", content: outcomeBlock([{ argv: ["kubectl", "get", "pods"], outcome: "done" }]) },
      ],
      output_config: { format: reviewerFormat() },
    });
    assert.equal(message.parsed_output?.result, "approved");
  });

  test("scripted answers are given once, to their agent", async () => {
    model.script([
      { agent: "reviewer", json: { result: "rollback", notes: "as told" } },
      { text: "not json" },
    ]);
    assert.equal(textOf(await ask("restart web in staging")), "not json");
    assert.match(textOf(await ask("restart web in staging")), /"rollout"/);
    assert.equal(textOf(await review()), '{"result":"rollback","notes":"as told"}');
    assert.match(textOf(await review()), /"approved"/);
  });

  test("a cut-off answer and a refusal end as the API ends them", async () => {
    model.script([{ stop_reason: "max_tokens", text: '{"summary": "Sc' }, { refusal: true }]);
    const cut = await ask("restart web in staging");
    assert.deepEqual([cut.stop_reason, textOf(cut)], ["max_tokens", '{"summary": "Sc']);
    const refused = await ask("restart web in staging");
    assert.deepEqual([refused.stop_reason, refused.content], ["refusal", []]);
    assert.equal(refused.stop_details?.type, "refusal");
  });

  test("every error is the SDK's own class with its type", async () => {
    const cases = [
      [400, Anthropic.BadRequestError, "invalid_request_error"],
      [401, Anthropic.AuthenticationError, "authentication_error"],
      [403, Anthropic.PermissionDeniedError, "permission_error"],
      [429, Anthropic.RateLimitError, "rate_limit_error"],
      [500, Anthropic.InternalServerError, "api_error"],
      [529, Anthropic.OverloadedError, "overloaded_error"],
    ] as const;
    for (const [status, errorClass, type] of cases) {
      model.script({ status });
      const error = await ask("restart web in staging").then(
        () => null,
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof errorClass, `${status} gave ${String(error)}`);
      assert.equal((error as InstanceType<typeof Anthropic.APIError>).type, type);
      assert.match((error as InstanceType<typeof Anthropic.APIError>).requestID ?? "", /^req_/);
    }
  });

  test("Retry-After is waited for, and the next try succeeds", async () => {
    model.script({ status: 429, retryAfter: 1 });
    const from = performance.now();
    await ask("restart web in staging", { maxRetries: 1 });
    const tookMs = performance.now() - from;
    assert.ok(tookMs >= 950, `waited ${tookMs} ms`);
    assert.equal(model.requests.length, 2);
  });

  test("a hanging, a slow and a broken connection are the SDK's connection errors", async () => {
    model.script([{ hang: true }, { dropConnection: true }, { delayMs: 60 }]);
    // Long enough for the request to arrive: what never came takes nothing of the script.
    await assert.rejects(
      ask("restart web in staging", { timeout: 1_000 }),
      Anthropic.APIConnectionTimeoutError,
    );
    await assert.rejects(ask("restart web in staging"), Error);
    const from = performance.now();
    assert.match(textOf(await ask("restart web in staging")), /"rollout"/);
    assert.ok(performance.now() - from >= 55);
  });

  test("a wrong key, an unknown model and a strange schema are refused", async () => {
    const stranger = new Anthropic({ apiKey: "sk-other", baseURL: model.baseUrl, maxRetries: 0 });
    const message = {
      model: "claude-sonnet-5-5",
      max_tokens: 5,
      messages: [{ role: "user" as const, content: "hello" }],
    };
    await assert.rejects(stranger.messages.create(message), Anthropic.AuthenticationError);
    await assert.rejects(client.messages.create({ ...message, model: "gpt" }), Anthropic.NotFoundError);
    await assert.rejects(client.messages.create(message), /answers only with the planner's schema/);
    const schema = {
      type: "object",
      properties: { colour: { type: "string" } },
      additionalProperties: false,
    };
    await assert.rejects(
      client.messages.create({ ...message, output_config: { format: { type: "json_schema", schema } } }),
      /answers only with the planner's schema/,
    );
  });

  test("a stream says the same as a whole message, piece by piece, and ends as a whole one does", async () => {
    const params = {
      ...{ model: "claude-sonnet-5-5", max_tokens: 2_000 },
      messages: [{ role: "user" as const, content: requestBlock("restart web in staging") }],
      output_config: {
        effort: "low" as const,
        format: { type: "json_schema" as const, schema: plannerFormat().schema },
      },
      metadata: { user_id: "0f3a" },
    };
    const whole = await client.messages.create(params);
    const stream = client.messages.stream(params);
    const events: string[] = [];
    stream.on("streamEvent", ({ type }) => void events.push(type));
    const streamed = await stream.finalMessage();
    assert.equal(textOf(streamed), textOf(whole));
    assert.equal(streamed.stop_reason, whole.stop_reason);
    assert.deepEqual(streamed.usage, whole.usage);
    assert.match(stream.request_id ?? "", /^req_/);
    assert.ok(events.filter((type) => type === "content_block_delta").length > 1);
    model.script([{ stop_reason: "max_tokens", text: '{"summary": "Sc', thinking: 50 }, { refusal: true }]);
    const cut = await client.messages.stream(params).finalMessage();
    assert.deepEqual([cut.stop_reason, textOf(cut)], ["max_tokens", '{"summary": "Sc']);
    assert.equal(cut.content[0]?.type, "thinking");
    assert.equal(cut.usage.output_tokens_details?.thinking_tokens, 50);
    const refused = await client.messages.stream(params).finalMessage();
    assert.deepEqual([refused.stop_reason, refused.content], ["refusal", []]);
  });

  test("an outage fails every call until it is over", async () => {
    model.failWith({ status: 529 });
    for (let call = 0; call < 2; call += 1)
      await assert.rejects(ask("restart web in staging"), Anthropic.OverloadedError);
    model.failWith(null);
    assert.match(textOf(await ask("restart web in staging")), /"rollout"/);
  });
});

suite("the playground's model, spoken to by hand", () => {
  let model: ModelStandIn;
  before(async () => {
    model = await startModel({ apiKey: "sk-hand" });
  });
  after(() => model.close());

  const headers = {
    "x-api-key": "sk-hand",
    "anthropic-version": "2023-06-01",
    "content-type": "application/json",
  };
  const whole = {
    model: "claude-x",
    max_tokens: 10,
    messages: [{ role: "user", content: "hello" }],
    output_config: {
      format: {
        type: "json_schema",
        schema: { type: "object", properties: { plan: { type: "string" } }, additionalProperties: false },
      },
    },
  };
  async function post(
    body: unknown,
    more: Record<string, string | undefined> = {},
  ): Promise<{ status: number; message: string }> {
    const sent = Object.fromEntries(
      Object.entries({ ...headers, ...more }).filter(
        (pair): pair is [string, string] => pair[1] !== undefined,
      ),
    );
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const response = await fetch(`${model.baseUrl}/v1/messages`, {
      method: "POST",
      headers: sent,
      body: text,
    });
    const answer = (await response.json()) as {
      type: string;
      error?: { message: string };
      request_id?: string;
    };
    if (response.status !== 200) assert.equal(answer.type, "error");
    return { status: response.status, message: answer.error?.message ?? "" };
  }

  test("what is missing or too much is named as the API names it", async () => {
    assert.equal((await post(whole)).status, 200);
    const cases: [unknown, RegExp, Record<string, string | undefined>?][] = [
      ["{", /not valid JSON/],
      [{ ...whole, max_tokens: undefined }, /^max_tokens: Field required$/],
      [{ ...whole, max_tokens: 0 }, /^max_tokens: .*greater than or equal to 1$/],
      [{ ...whole, messages: [] }, /^messages: at least one message is required$/],
      [{ ...whole, messages: [{ role: "tool", content: "x" }] }, /^messages\.0\.role/],
      [{ ...whole, messages: [{ role: "user", content: "" }] }, /^messages\.0: .*non-empty/],
      [{ ...whole, messages: [...whole.messages, { role: "assistant", content: "{" }] }, /prefill/],
      [{ ...whole, output_format: {} }, /^output_format: Extra inputs are not permitted$/],
      [{ ...whole, output_config: { format: { type: "json" } } }, /^output_config\.format\.type/],
      [{ ...whole, temperature: 0 }, /^temperature: Extra inputs are not permitted$/],
      [{ ...whole, system: 3 }, /^system: /],
      [whole, /^anthropic-version: header is required$/, { "anthropic-version": undefined }],
      [whole, /^content-type/, { "content-type": "text/plain" }],
    ];
    for (const [body, expected, more] of cases) {
      const { status, message } = await post(body, more);
      assert.equal(status, 400, JSON.stringify(body));
      assert.match(message, expected);
    }
    const bearer = {
      "x-api-key": undefined,
      authorization: "Bearer sk-hand",
      "anthropic-version": "2026-10-21",
    };
    assert.equal((await post(whole, bearer)).status, 200);
    assert.deepEqual(await post(whole, { "x-api-key": undefined }), {
      status: 401,
      message: "x-api-key header is required",
    });
    assert.equal((await fetch(`${model.baseUrl}/v1/complete`, { headers })).status, 404);
  });

  test("a schema structured outputs would refuse is refused", async () => {
    const withSchema = (schema: unknown) => ({
      ...whole,
      output_config: { format: { type: "json_schema", schema } },
    });
    const open = {
      type: "object",
      properties: { plan: { type: "object", properties: {} } },
      additionalProperties: false,
    };
    assert.match(
      (await post(withSchema(open))).message,
      /'additionalProperties' must be explicitly set to false/,
    );
    const long = {
      type: "object",
      properties: { plan: { type: "string", maxLength: 5 } },
      additionalProperties: false,
    };
    assert.match((await post(withSchema(long))).message, /property 'maxLength' is not supported/);
  });

  test("a required field the rules do not know is filled in, as structured outputs promise", async () => {
    const schema = {
      type: "object",
      properties: {
        result: { enum: ["approved", "needs_human"] },
        notes: { type: "string" },
        confidence: { type: "number" },
        tags: { type: "array", items: { type: "string" } },
      },
      required: ["result", "notes", "confidence", "tags"],
      additionalProperties: false,
    };
    const body = {
      ...whole,
      messages: [{ role: "user", content: outcomeBlock([]) }],
      output_config: { format: { type: "json_schema", schema } },
    };
    const response = await fetch(`${model.baseUrl}/v1/messages`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    const message = (await response.json()) as { content: { text: string }[] };
    const answer = JSON.parse(message.content[0]?.text ?? "{}") as Record<string, unknown>;
    assert.deepEqual({ ...answer, notes: "" }, { result: "needs_human", notes: "", confidence: 0, tags: [] });
  });
});
