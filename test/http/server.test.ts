import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { type TestContext, test } from "node:test";
import { z } from "zod";
import type { Change } from "#change/change.ts";
import type { Ask, AskUnlock, Changes, Decide, Decided, Unlocked } from "#change/changes.ts";
import type { Cursor, ListedChange, ListFilter } from "#change/listed.ts";
import { createServer } from "#http/server.ts";
import type { Token } from "#http/tokens.ts";

const DIGEST = "ab".repeat(32);
const tokens: Token[] = [
  { name: "ci", role: "requester", slackId: null, secret: "secret-of-ci" },
  { name: "ops", role: "approver", slackId: "UOPS", secret: "secret-of-ops" },
];

const OPEN = {
  questions: [],
  answers: [],
  approvals: [],
  brokeGlass: false,
  expiresAt: null,
  remindedAt: null,
  warnedAt: null,
  escalatedAt: null,
  escalated: [],
};

function changeOf(asked: Ask): Change {
  const at = new Date("2026-01-02T03:04:05Z");
  const question = { gate: "approval", revision: 1, round: 2, digest: DIGEST, askedAt: at } as const;
  return {
    id: randomUUID(),
    status: "waiting",
    ...{
      request: asked.request,
      requester: asked.requester,
      home: asked.home,
      planOnly: asked.planOnly,
      source: null,
      answer: null,
    },
    ...{
      revision: 1,
      plan: null,
      stepRisks: [],
      previews: [],
      risk: null,
      riskReasons: [],
      places: [],
      environments: [],
    },
    ...{
      digest: DIGEST,
      refusedPlan: null,
      currentStep: 0,
      review: null,
      error: null,
      queuePlace: null,
      blocked: null,
      unlocks: [],
      laterLooks: [],
      openHere: [],
    },
    ...{ terms: null, cancel: null, stopAsked: false },
    decisions: [{ ...question, ...OPEN, answer: null, by: null, reason: null, decidedAt: null }],
    ...{ createdAt: at, updatedAt: at, endedAt: null },
  };
}

/** The port in memory: remembers what it was asked, and decides as `outcome` says. */
function createMemory() {
  const kept = new Map<string, Change>();
  const asks: Ask[] = [];
  const decides: Decide[] = [];
  const memory = {
    asks,
    decides,
    unlocks: [] as AskUnlock[],
    unlocked: { kind: "nothing", reason: "It holds none." } as Unlocked,
    lists: [] as ListFilter[],
    listed: [] as ListedChange[],
    next: null as Cursor | null,
    refusal: null as string | null,
    fault: null as Error | null,
    outcome: (change: Change): Decided => ({ kind: "stale", change, reason: "It moved on." }),
  };
  const changes: Changes = {
    async ask(asked) {
      if (memory.fault !== null) throw memory.fault;
      if (memory.refusal !== null) return { kind: "refused", reason: memory.refusal };
      asks.push(asked);
      const change = changeOf(asked);
      kept.set(change.id, change);
      return { kind: "accepted", change };
    },
    async cancel() {
      return { kind: "unknown" };
    },
    async decide(decide) {
      decides.push(decide);
      const change = kept.get(decide.changeId);
      return change === undefined ? { kind: "unknown" } : memory.outcome(change);
    },
    whyNotDecide: async () => null,
    async unlock(unlock) {
      memory.unlocks.push(unlock);
      return kept.has(unlock.changeId) ? memory.unlocked : { kind: "unknown" };
    },
    get: async (id) => kept.get(id) ?? null,
    askRollback: async () => ({ kind: "unknown" }),
    giveFeedback: async () => false,
    modelUse: async () => ({
      ...{ inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0, thinkingTokens: 0 },
    }),
    steps: async () => [],
    logs: async () => ({ head: [], tail: [], omitted: 0 }),
    planTexts: async ({ revision }) => [{ step: revision, text: "Plan: 1 to change.", omitted: 2 }],
    async list(filter) {
      memory.lists.push(filter);
      return { changes: memory.listed, ids: memory.listed.map(({ id }) => id), next: memory.next };
    },
    find: async () => ({ kind: "none" }),
    history: async () => [],
    locks: async () => [],
    check: async (_viewer, line) => ({ decision: "deny", line, reasons: [] }),
  };
  return { memory, changes };
}

async function start(t: TestContext, options: { tokens?: Token[]; isReady?: boolean } = {}) {
  const { memory, changes } = createMemory();
  const faults: Error[] = [];
  const isReady = async () => options.isReady ?? true;
  const onFault = (error: Error) => faults.push(error);
  const app = createServer({ changes, tokens: options.tokens ?? tokens, isReady, onFault });
  t.after(() => app.close());
  const base = await app.listen({ host: "127.0.0.1", port: 0 });
  return { memory, faults, call: (path: string, init?: RequestInit) => call(base + path, init) };
}

const Body = z.record(z.string(), z.unknown());

async function call(url: string, init?: RequestInit) {
  const response = await fetch(url, init);
  const body = Body.parse(await response.json());
  if (response.status >= 400) {
    assert.match(response.headers.get("content-type") ?? "", /^application\/problem\+json/);
    assert.equal(body["status"], response.status);
  }
  return { status: response.status, headers: response.headers, body, detail: String(body["detail"] ?? "") };
}

function post(body: unknown, secret = "secret-of-ci", headers: Record<string, string> = {}): RequestInit {
  return {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${secret}`, ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  };
}

const asCi = { headers: { authorization: "Bearer secret-of-ci" } };

test("without a token, or with a wrong one, every address of the API answers 401", async (t) => {
  const { call, memory } = await start(t);
  const id = randomUUID();
  for (const path of ["", `/${id}`, `/${id}/events`, `/${id}/decision`, `/${id}/unlock`]) {
    const init = /^$|decision$|unlock$/.test(path) ? post({ description: "x" }, "wrong") : {};
    const { status, headers } = await call(`/infra-change${path}`, init);
    assert.equal(status, 401, path);
    assert.equal(headers.get("www-authenticate"), "Bearer");
  }
  for (const authorization of ["secret-of-ci", "Basic secret-of-ci", "Bearer", "Bearer secret-of-ci x"]) {
    const { status } = await call("/infra-change", post({ description: "x" }, "", { authorization }));
    assert.equal(status, 401, authorization);
  }
  assert.equal(memory.asks.length, 0);
});

test("with no token configured the API is closed and says how to open it", async (t) => {
  const { call } = await start(t, { tokens: [] });
  const { status, detail } = await call("/infra-change", post({ description: "x" }));
  assert.match(`${status} ${detail}`, /^401 .*GREENLIGHT_API_TOKENS/);
});

test("a request is taken on with 202 and carries who asked", async (t) => {
  const { call, memory } = await start(t);
  const { status, body } = await call(
    "/infra-change",
    post({ description: "  scale web  ", plan_only: true }),
  );
  assert.equal(status, 202);
  assert.equal(body["request"], "scale web");
  assert.equal(body["plan_only"], true);
  assert.deepEqual(memory.asks[0]?.requester, {
    kind: "token",
    name: "ci",
    role: "requester",
    slackId: null,
  });
  assert.match(memory.asks[0]?.idempotencyKey ?? "", /^api:ci:[0-9a-f-]{36}$/);
  const read = await call(`/infra-change/${String(body["thread_id"])}`, asCi);
  assert.equal(read.status, 200);
  assert.deepEqual(read.body, body);
});

test("the Idempotency-Key is passed on under the token's name, so two tokens never share one", async (t) => {
  const { call, memory } = await start(t);
  for (const secret of ["secret-of-ci", "secret-of-ops"]) {
    await call("/infra-change", post({ description: "x" }, secret, { "idempotency-key": "k-1" }));
  }
  const keys = memory.asks.map((asked) => asked.idempotencyKey);
  assert.deepEqual(keys, ["api:ci:k-1", "api:ops:k-1"]);
  const long = post({ description: "x" }, "secret-of-ci", { "idempotency-key": "k".repeat(201) });
  assert.equal((await call("/infra-change", long)).status, 400);
});

const badBodies: [what: string, body: unknown, detail: RegExp][] = [
  ["no description", {}, /description/],
  ["an empty description", { description: "   " }, /description/],
  ["a description of control characters alone", { description: " \u0000\u0007\u001b\u009b" }, /description/],
  ["a description that is too long", { description: "x".repeat(4_001) }, /description/],
  ["a number for a description", { description: 5 }, /description/],
  ["a key nobody knows", { description: "x", planonly: true }, /planonly/],
  ["a list", [], /body/],
  ["broken JSON", "{", /JSON/],
];

for (const [what, body, detail] of badBodies) {
  test(`a body with ${what} is answered 400 and names it`, async (t) => {
    const { call, memory } = await start(t);
    const answered = await call("/infra-change", post(body));
    assert.equal(answered.status, 400);
    assert.match(answered.detail, detail);
    assert.equal(memory.asks.length, 0);
  });
}

test("a body over 64 KiB is answered 413, another content type 415", async (t) => {
  const { call } = await start(t);
  assert.equal((await call("/infra-change", post({ description: "x".repeat(65 * 1_024) }))).status, 413);
  const xml = post("<x/>", "secret-of-ci", { "content-type": "application/xml" });
  assert.equal((await call("/infra-change", xml)).status, 415);
});

test("a full queue is answered 429 with its reason", async (t) => {
  const { call, memory } = await start(t);
  memory.refusal = "Too many are waiting.";
  const { status, detail } = await call("/infra-change", post({ description: "x" }));
  assert.equal(`${status} ${detail}`, "429 Too many are waiting.");
});

test("a fault inside is answered 500 without its text, and reported", async (t) => {
  const { call, memory, faults } = await start(t);
  memory.fault = new Error("password=hunter2");
  const { status, body } = await call("/infra-change", post({ description: "x" }));
  assert.equal(status, 500);
  assert.doesNotMatch(JSON.stringify(body), /hunter2/);
  assert.equal(faults[0]?.message, "password=hunter2");
});

test("what is not there is answered 404: an unknown change, an id that is none, another address", async (t) => {
  const { call } = await start(t);
  for (const path of [`/infra-change/${randomUUID()}`, "/infra-change/1%27--", "/elsewhere"]) {
    assert.equal((await call(path, asCi)).status, 404, path);
  }
  const decision = { answer: "approve", revision: 1, digest: DIGEST };
  assert.equal((await call(`/infra-change/${randomUUID()}/decision`, post(decision))).status, 404);
});

test("a decision is passed on with the open question's round and answered by what became of it", async (t) => {
  const { call, memory } = await start(t);
  const { body } = await call("/infra-change", post({ description: "x" }));
  const path = `/infra-change/${String(body["thread_id"])}/decision`;
  const decision = { answer: "approve", revision: 1, digest: DIGEST.slice(0, 12) };
  const outcomes: [
    kind: "decided" | "counted" | "already" | "stale" | "refused",
    status: number,
    detail: RegExp,
  ][] = [
    ["decided", 200, /^$/],
    ["counted", 202, /^$/],
    ["already", 409, /decided already: reject/],
    ["stale", 409, /It moved on/],
    ["refused", 403, /Not you/],
  ];
  for (const [kind, status, detail] of outcomes) {
    memory.outcome = (change) => {
      if (kind === "refused") return { kind, reason: "Not you." };
      if (kind === "counted") return { kind, change, count: 1, quorum: 2, isNew: true };
      if (kind === "stale") return { kind, change, reason: "It moved on." };
      const [question] = change.decisions;
      assert.ok(question);
      return { kind, change, decision: { ...question, answer: "reject" } };
    };
    const answered = await call(path, post(decision, "secret-of-ops"));
    assert.equal(answered.status, status, kind);
    assert.match(answered.detail, detail);
  }
  const by = { kind: "token", name: "ops", role: "approver", slackId: "UOPS" };
  const { changeId, ...passed } = memory.decides[0] ?? { changeId: "" };
  assert.equal(changeId, body["thread_id"]);
  assert.deepEqual(passed, { ...decision, gate: "approval", round: 2, reason: null, by });
  await call(path, post({ ...decision, answer: "roll_back" }, "secret-of-ops"));
  assert.equal(memory.decides.at(-1)?.gate, "operator");
  await call(path, post({ ...decision, round: 1 }, "secret-of-ops"));
  assert.equal(memory.decides.at(-1)?.round, 1);
  for (const bad of [{ answer: "perhaps" }, { digest: "ab" }, { revision: "1" }, { round: 0 }, { by: 1 }]) {
    assert.equal((await call(path, post({ ...decision, ...bad }))).status, 400, JSON.stringify(bad));
  }
});

test("an unlock is passed on with its reason, and answered by what became of it", async (t) => {
  const { memory, call } = await start(t);
  const { body } = await call("/infra-change", post({ description: "x" }));
  const path = `/infra-change/${String(body["thread_id"])}/unlock`;
  const ask = (reason: string) => call(path, post({ reason }, "secret-of-ops"));
  assert.equal((await ask(" too short ")).status, 400);
  assert.equal((await ask("x".repeat(1_001))).status, 400);
  assert.equal(memory.unlocks.length, 0);
  assert.equal((await ask("its holder went home")).status, 409);
  memory.unlocked = { kind: "busy", reason: "Step 1 is running." };
  assert.match((await ask("its holder went home")).detail, /Step 1 is running/);
  memory.unlocked = { kind: "refused", reason: "Not you." };
  assert.equal((await ask("its holder went home")).status, 403);
  const [asked] = memory.unlocks;
  assert.equal(asked?.by.kind === "token" ? asked.by.name : "", "ops");
  assert.equal(asked?.reason, "its holder went home");
  const nowhere = `/infra-change/${randomUUID()}/unlock`;
  assert.equal((await call(nowhere, post({ reason: "its holder went home" }))).status, 404);
  assert.equal((await call("/infra-change/x/unlock", post({ reason: "its holder went home" }))).status, 404);
});

test("the stream of events answers 501 and says what to do instead", async (t) => {
  const { call } = await start(t);
  const { status, detail } = await call(`/infra-change/${randomUUID()}/events`, asCi);
  assert.match(`${status} ${detail}`, /^501 .*Poll/);
});

test("health needs no token; readiness follows the database", async (t) => {
  const ready = await start(t);
  assert.equal((await ready.call("/healthz")).status, 200);
  assert.equal((await ready.call("/readyz")).status, 200);
  const unready = await start(t, { isReady: false });
  assert.equal((await unready.call("/healthz")).status, 200);
  const { status, detail } = await unready.call("/readyz");
  assert.match(`${status} ${detail}`, /^503 .*database/);
});

test("lists by pages: the filters reach the port, and the cursor comes back as it was given", async (t) => {
  const { call, memory } = await start(t);
  const id = randomUUID();
  const createdAt = new Date("2026-01-02T03:04:05Z");
  memory.listed = [
    {
      ...{ id, status: "waiting", request: "restart web", home: null, planOnly: false, risk: "medium" },
      ...{ requester: { kind: "policy", version: "1" }, environments: ["staging"], escalated: [] },
      ...{ title: "Scale web 2 → 3", cardTs: null, hasRun: false, createdAt, endedAt: null },
    },
  ];
  memory.next = { micros: 1_767_323_045_123_456, id };
  const first = await call("/infra-change?status=waiting&mine=true&limit=1", asCi);
  assert.equal(first.status, 200);
  const [row] = first.body["changes"] as Record<string, unknown>[];
  assert.equal(row?.["thread_id"], id);
  assert.equal(row?.["created_at"], "2026-01-02T03:04:05.000Z");
  const [asked] = memory.lists;
  assert.deepEqual([asked?.status, asked?.limit, asked?.viewer], ["waiting", 1, null]);
  assert.deepEqual(asked?.requester, { kind: "token", name: "ci", role: "requester", slackId: null });
  memory.next = null;
  const last = await call(`/infra-change?cursor=${first.body["next_cursor"]}`, asCi);
  assert.equal(last.body["next_cursor"], null);
  assert.deepEqual(memory.lists[1]?.after, { micros: 1_767_323_045_123_456, id });
  assert.equal(memory.lists[1]?.requester, null);
});

test("a list's filters that are none are answered with 400, each by name, and ask the port nothing", async (t) => {
  const { call, memory } = await start(t);
  for (const [query, fault] of [
    ["status=finished", /status/],
    ["limit=0", /limit/],
    ["limit=101", /limit/],
    ["limit=1.5", /limit/],
    ["cursor=abc", /cursor: is not a next_cursor/],
    [`cursor=${Buffer.from("1.' or 1=1").toString("base64url")}`, /cursor/],
    ["mine=perhaps", /mine/],
    ["sort=asc", /sort/],
  ] as const) {
    const { status, detail } = await call(`/infra-change?${query}`, asCi);
    assert.equal(status, 400, query);
    assert.match(detail, fault);
  }
  assert.equal(memory.lists.length, 0);
  assert.equal((await call("/infra-change")).status, 401);
  for (const what of ["logs", "plan-text"]) {
    assert.equal((await call(`/infra-change/${randomUUID()}/${what}`)).status, 401);
    assert.equal((await call(`/infra-change/${randomUUID()}/${what}`, asCi)).status, 404);
  }
});
