import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ModelStandIn, startModel } from "#playground/model/model.ts";
import { askPlanner, askReviewer, quicker, readTokens } from "./asking.ts";

let model: ModelStandIn;

before(async () => {
  model = await startModel({ looks: false });
});
after(() => model.close());

const lasting: [status: number, message: string | undefined, reason: RegExp][] = [
  [
    400,
    undefined,
    /^the model's service refused the request \(400: The request was refused\)\. Set GREENLIGHT_MODEL /,
  ],
  [
    400,
    "Your credit balance is too low to access the API.",
    /wants to be paid \(400: Your credit .*ANTHROPIC_API_KEY/,
  ],
  [
    400,
    "prompt is too long: 1060000 tokens > 1000000 maximum",
    /^the request is more than the model takes at once/,
  ],
  [401, undefined, /did not accept the key \(401: invalid x-api-key\)\. Set ANTHROPIC_API_KEY/],
  [
    403,
    undefined,
    /^the key may not do this \(403: .*Set ANTHROPIC_API_KEY to one that may use claude-sonnet-5-5/,
  ],
  [404, "model: claude-sonnet-9", /\(404: model: claude-sonnet-9\)\. Set GREENLIGHT_MODEL /],
];

for (const [status, message, reason] of lasting)
  test(`${status} ${message ?? ""} is final after one try: the service's words, what to set, the request`, async () => {
    model.script({ status, ...(message === undefined ? {} : { message }) });
    const { asking, tries, logged } = askPlanner(model);
    const answered = await asking;
    assert.ok(!answered.ok);
    assert.match(answered.reason, reason);
    const id = tries[0]?.requestId ?? "none";
    assert.match(id, /^req_/);
    assert.ok(answered.reason.endsWith(`(request ${id})`), answered.reason);
    assert.equal(answered.isLasting, true);
    assert.equal(tries.length, 1);
    assert.deepEqual([tries[0]?.isKnown, tries[0]?.inputTokens], [true, 0]);
    assert.partialDeepStrictEqual(logged[0], { requestId: id, changeId: "c", agent: "planner" });
  });

test("a key that is not accepted is named but not shown", async () => {
  const { asking, tries, logged } = askPlanner(model, { apiKey: "sk-ant-wrong" });
  const answered = await asking;
  assert.ok(!answered.ok);
  assert.match(answered.reason, /ANTHROPIC_API_KEY/);
  assert.doesNotMatch(JSON.stringify([answered, tries, logged]), /sk-ant-wrong/);
});

test("the service's words are redacted and cut before anybody sees them", async () => {
  model.script({ status: 400, message: `the secret hunter2\n${"x".repeat(5_000)}` });
  const { asking, tries } = askPlanner(model, { redact: (text) => text.replaceAll("hunter2", "[redacted]") });
  const answered = await asking;
  assert.ok(!answered.ok);
  assert.match(answered.reason, /the secret \[redacted\] x+…/);
  assert.doesNotMatch(JSON.stringify([answered, tries]), /hunter2/);
  assert.ok(answered.reason.length < 700);
});

test("eight tries are all there are, and it says how long was tried", async () => {
  model.script(Array.from({ length: 8 }, () => ({ status: 500 })));
  const before = model.requests.length;
  const { asking, tries } = askPlanner(model);
  const answered = await asking;
  assert.ok(!answered.ok);
  assert.match(
    answered.reason,
    /^the model's service failed \(500: Internal server error\), tried 8 times in \d+ s \(request/,
  );
  assert.equal(answered.isLasting, undefined);
  assert.equal(tries.length, 8);
  assert.equal(model.requests.length - before, 8);
});

for (const status of [408, 409, 429, 500, 503, 529])
  test(`${status} is tried again`, async () => {
    model.script([{ status }, { status }, { status }]);
    const { asking, tries } = askPlanner(model);
    assert.equal((await asking).ok, true);
    assert.equal(tries.length, 4);
  });

test("the service says itself whether another try helps", async () => {
  model.script([
    { status: 400, headers: { "x-should-retry": "true" } },
    { status: 500, headers: { "x-should-retry": "false" } },
  ]);
  const { asking, tries } = askPlanner(model);
  assert.equal((await asking).ok, false);
  assert.equal(tries.length, 2);
});

test("the wait the service asks for is kept, also where ours would be over", async () => {
  const forms: (() => Record<string, string>)[] = [
    () => ({ "retry-after": "1" }),
    () => ({ "retry-after-ms": "1000" }),
    () => ({ "retry-after": new Date(Date.now() + 2_000).toUTCString() }),
  ];
  for (const form of forms) {
    const headers = form();
    model.script({ status: 429, headers });
    const began = performance.now();
    const { asking, tries } = askReviewer(model, { pace: quicker(60) });
    assert.equal((await asking).ok, true);
    assert.equal(tries.length, 2);
    // A timer may fire a millisecond early.
    assert.ok(performance.now() - began >= 990, JSON.stringify(headers));
  }
});

test("a wait longer than there is time for ends it at once", async () => {
  model.script({ status: 429, retryAfter: 3_600 });
  const { asking, tries } = askPlanner(model);
  const answered = await asking;
  assert.ok(!answered.ok);
  assert.match(answered.reason, /takes no more calls for now \(429: .*asks to wait 3,600 s/);
  assert.equal(tries.length, 1);
});

test("an error in the middle of a stream is tried again, and may have been paid for", async () => {
  model.script([{ streamError: "overloaded_error" }, { streamError: "api_error" }]);
  const { asking, tries } = askPlanner(model);
  assert.equal((await asking).ok, true);
  assert.deepEqual(
    tries.map(({ isKnown }) => isKnown),
    [false, false, true],
  );
  assert.match(tries[0]?.outcome ?? "", /overloaded/);
  assert.ok(readTokens(tries[0]) > 0);
});

test("a connection that breaks in the middle of the answer is tried again", async () => {
  model.script({ dropConnection: true });
  const { asking, tries } = askPlanner(model);
  const answered = await asking;
  assert.equal(answered.ok, true, JSON.stringify(answered));
  assert.equal(tries.length, 2);
  assert.match(tries[0]?.outcome ?? "", /broke off/);
  assert.equal(tries[0]?.isKnown, false);
  assert.ok(readTokens(tries[0]) > 0, "what it said it had read is kept");
});

test("a model that nobody reaches is a sentence after eight tries", async () => {
  const gone = await startModel({ looks: false });
  await gone.close();
  const { asking, tries } = askPlanner(model, { baseUrl: gone.baseUrl });
  const answered = await asking;
  assert.ok(!answered.ok);
  assert.match(answered.reason, /^the model could not be reached \(ECONNREFUSED\), tried 8 times in/);
  assert.equal(tries.length, 8);
  assert.ok(tries.every(({ isKnown, requestId }) => isKnown && requestId === null));
});
