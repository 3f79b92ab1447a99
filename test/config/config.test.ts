import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, test } from "node:test";
import { parseEnv } from "node:util";
import { type Config, readConfig, secretsOf } from "#config/config.ts";
import { readEnvironment } from "#config/environment.ts";
import { readSlack } from "#config/slack.ts";
import { approvedIn } from "#test/support/approved.ts";

type Env = { [name: string]: string };

const KEY = Buffer.alloc(32, 7);

function configOf(env: Env): Config {
  const read = readConfig(env);
  assert.ok(read.ok, JSON.stringify(read));
  return read.config;
}

/** The name of a case's file. */
function slug(what: string): string {
  return what.toLowerCase().replaceAll(/[^a-z]+/g, "-");
}

function faultsOf(env: Env): string[] {
  const read = readConfig(env);
  return read.ok ? [] : read.faults;
}

test("nothing set is a whole configuration: stand-ins, loopback, the API closed", () => {
  const config = configOf({});
  assert.equal(`${config.host}:${config.port}`, "127.0.0.1:3000");
  assert.deepEqual(config.slack, { kind: "stand-in" });
  assert.deepEqual(config.model, { kind: "stand-in", name: "claude-sonnet-5-5" });
  assert.deepEqual(config.database, { kind: "embedded" });
  assert.deepEqual([config.tokens, config.approvers, config.requesters, config.channels], [[], [], [], []]);
  assert.deepEqual([config.encryptionKey, config.tracing, config.mix], [null, null, false]);
  assert.ok(Object.isFrozen(config));
});

test("the example file, copied as it is, changes nothing", async () => {
  const text = await readFile(join(import.meta.dirname, "..", "..", ".env.example"), "utf8");
  const { inherited: _, ...copied } = configOf(parseEnv(text) as Env);
  const { inherited: __, ...bare } = configOf({});
  assert.deepEqual(copied, bare);
});

test("what is set is read: lists, tokens, keys in base64 and hex", () => {
  const config = configOf({
    PORT: "0",
    GREENLIGHT_APPROVERS: " U1, W2 ,",
    GREENLIGHT_CHANNELS: "C1",
    GREENLIGHT_API_TOKENS: `ci:requester:${"a".repeat(16)},ops:approver:U9:${"b".repeat(16)}`,
    GREENLIGHT_ENCRYPTION_KEY: KEY.toString("base64"),
  });
  assert.deepEqual([config.port, config.approvers, config.channels], [0, ["U1", "W2"], ["C1"]]);
  assert.deepEqual(config.tokens, [
    { name: "ci", role: "requester", slackId: null, secret: "a".repeat(16) },
    { name: "ops", role: "approver", slackId: "U9", secret: "b".repeat(16) },
  ]);
  assert.deepEqual(config.encryptionKey, KEY);
  assert.deepEqual(configOf({ GREENLIGHT_ENCRYPTION_KEY: KEY.toString("hex") }).encryptionKey, KEY);
});

const faulty: [what: string, env: Env, names: string][] = [
  ["a port that is a word", { PORT: "http" }, "PORT"],
  ["a port that does not exist", { PORT: "65536" }, "PORT"],
  [
    "a database of another kind",
    { DATABASE_URL: "mysql://u:p@h/d", GREENLIGHT_ENCRYPTION_KEY: KEY.toString("hex") },
    "DATABASE_URL",
  ],
  [
    "a database of one's own without a key",
    { DATABASE_URL: "postgres://u@h/d" },
    "GREENLIGHT_ENCRYPTION_KEY",
  ],
  ...[
    "1",
    "change",
    "change=0",
    "change=-1",
    "day=5,day=6",
    "week=5",
    "off,day=5",
    "change=1;day=2",
    "day=1e9",
  ].map((text): [string, Env, string] => [
    `a budget of ${text}`,
    { GREENLIGHT_BUDGET: text },
    "GREENLIGHT_BUDGET",
  ]),
  ["an effort that is none", { GREENLIGHT_EFFORT_PLANNER: "little" }, "GREENLIGHT_EFFORT_PLANNER"],
  ["prices with half of a cache's", { GREENLIGHT_MODEL_PRICES: "2:10:2.5" }, "GREENLIGHT_MODEL_PRICES"],
  ["an address that is none", { ANTHROPIC_BASE_URL: "localhost" }, "ANTHROPIC_BASE_URL"],
  ["an approver by name", { GREENLIGHT_APPROVERS: "U1,ben" }, "GREENLIGHT_APPROVERS"],
  ["a channel by name", { GREENLIGHT_CHANNELS: "#ops" }, "GREENLIGHT_CHANNELS"],
  ["a key too short", { GREENLIGHT_ENCRYPTION_KEY: "c2hvcnQ=" }, "GREENLIGHT_ENCRYPTION_KEY"],
  ["a mix that is not yes", { GREENLIGHT_MIX: "true" }, "GREENLIGHT_MIX"],
  [
    "a token without a role",
    { GREENLIGHT_API_TOKENS: `ok:requester:${"a".repeat(16)},x:${"b".repeat(16)}` },
    "GREENLIGHT_API_TOKENS number 2",
  ],
  [
    "a token whose Slack user is a name",
    { GREENLIGHT_API_TOKENS: `ana:approver:ana:${"a".repeat(16)}` },
    "GREENLIGHT_API_TOKENS number 1",
  ],
  [
    "a token whose Slack user is left empty",
    { GREENLIGHT_API_TOKENS: `ana:approver::${"a".repeat(16)}` },
    "GREENLIGHT_API_TOKENS",
  ],
  ["a token with a short secret", { GREENLIGHT_API_TOKENS: "ci:requester:short" }, "GREENLIGHT_API_TOKENS"],
  [
    "two tokens of one name",
    { GREENLIGHT_API_TOKENS: `ci:requester:${"a".repeat(16)},ci:approver:${"b".repeat(16)}` },
    "GREENLIGHT_API_TOKENS",
  ],
  [
    "two tokens with one secret",
    { GREENLIGHT_API_TOKENS: `ci:requester:${"a".repeat(16)},ops:approver:${"a".repeat(16)}` },
    "GREENLIGHT_API_TOKENS",
  ],
  ["production on the embedded database", { NODE_ENV: "production" }, "DATABASE_URL"],
  ["a made-up plan for a real cluster", { KUBECONFIG: "/k" }, "GREENLIGHT_MIX"],
  ["a made-up plan for real files", { GREENLIGHT_WORKSPACE: "/w" }, "GREENLIGHT_MIX"],
  [
    "the playground's people on a real cluster",
    { KUBECONFIG: "/k", ANTHROPIC_API_KEY: "sk-ant-0" },
    "GREENLIGHT_MIX",
  ],
  [
    "real people on the playground's cluster",
    { SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1" },
    "GREENLIGHT_WORKSPACE",
  ],
  ["half of Slack", { SLACK_BOT_TOKEN: "xoxb-1" }, "SLACK_APP_TOKEN, SLACK_SIGNING_SECRET"],
];

describe("what is wrong with the settings", () => {
  const approved = approvedIn("settings");
  for (const [what, env, names] of faulty)
    it(`${what} is one fault that says what to do`, () => {
      const [fault = "", ...more] = faultsOf(env);
      assert.deepEqual(more, []);
      assert.ok(fault.includes(names), fault);
      approved(what.startsWith("a budget") ? "a-budget" : slug(what), fault);
    });
});

test("a meant mixture is allowed, and so is a real model on a real cluster", () => {
  assert.equal(configOf({ KUBECONFIG: "/k", GREENLIGHT_MIX: "yes" }).mix, true);
  const slack = { SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1" };
  configOf({ KUBECONFIG: "/k", ANTHROPIC_API_KEY: "sk-ant-0", ...slack });
});

test("every fault is listed at once, of single variables and of what they make together, and no value is repeated", () => {
  const secret = "hunter2-hunter2";
  const faults = faultsOf({
    PORT: secret,
    NODE_ENV: "production",
    GREENLIGHT_API_TOKENS: secret,
    GREENLIGHT_ENCRYPTION_KEY: secret,
    SLACK_BOT_TOKEN: secret,
    SLACK_APP_TOKEN: secret,
    KUBECONFIG: secret,
  });
  const named = [
    "PORT",
    "GREENLIGHT_API_TOKENS",
    "GREENLIGHT_ENCRYPTION_KEY",
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "DATABASE_URL",
    "KUBECONFIG",
  ];
  for (const name of named)
    assert.ok(
      faults.some((fault) => fault.startsWith(name)),
      name,
    );
  assert.equal(faults.length, named.length, faults.join("\n"));
  assert.doesNotMatch(faults.join("\n"), /hunter2/);
});

const BOT = "xoxb-1";
const APP = "xapp-1";
const slacks: [what: string, env: Env, expected: object | string][] = [
  ["none of them", {}, { kind: "stand-in" }],
  ["only another address", { SLACK_API_URL: "http://127.0.0.1:1/api/" }, { kind: "stand-in" }],
  [
    "bot and app token",
    { SLACK_BOT_TOKEN: BOT, SLACK_APP_TOKEN: APP },
    { kind: "real", mode: "socket", botToken: BOT, appToken: APP, apiUrl: null },
  ],
  [
    "bot token and signing secret",
    { SLACK_BOT_TOKEN: BOT, SLACK_SIGNING_SECRET: "s" },
    { kind: "real", mode: "http", botToken: BOT, signingSecret: "s", apiUrl: null },
  ],
  [
    "all three",
    { SLACK_BOT_TOKEN: BOT, SLACK_APP_TOKEN: APP, SLACK_SIGNING_SECRET: "s", SLACK_API_URL: "http://a/" },
    { kind: "real", mode: "socket", botToken: BOT, appToken: APP, apiUrl: "http://a/" },
  ],
  ["the app token alone", { SLACK_APP_TOKEN: APP }, "SLACK_BOT_TOKEN"],
  ["the signing secret alone", { SLACK_SIGNING_SECRET: "s" }, "SLACK_BOT_TOKEN"],
  ["the tokens swapped", { SLACK_BOT_TOKEN: APP, SLACK_APP_TOKEN: BOT }, "xapp-"],
  ["a user's token", { SLACK_BOT_TOKEN: "xoxp-1", SLACK_SIGNING_SECRET: "s" }, "xoxb-"],
];

describe("of Slack's variables", () => {
  const approved = approvedIn("settings-of-slack");
  for (const [what, env, expected] of slacks)
    it(what, () => {
      const read = readSlack(env);
      if (typeof expected !== "string") return assert.deepEqual(read, { ok: true, slack: expected });
      assert.ok(!read.ok && read.faults.join("\n").includes(expected));
      approved(slug(what), read.faults.join("\n"));
    });
});

test("every secret is known to redaction, a database's password in all its spellings", () => {
  const config = configOf({
    ANTHROPIC_API_KEY: "sk-ant-0",
    LANGSMITH_TRACING: "true",
    LANGSMITH_API_KEY: "ls-0",
    DATABASE_URL: "postgres://u:p%40ss@h/d",
    GREENLIGHT_API_TOKENS: "ci:requester:0123456789abcdef",
    GREENLIGHT_ENCRYPTION_KEY: KEY.toString("hex"),
  });
  const expected = ["sk-ant-0", "ls-0", "postgres://u:p%40ss@h/d", "p%40ss", "p@ss", "0123456789abcdef"];
  const secrets = secretsOf(config);
  for (const secret of [...expected, KEY.toString("hex"), KEY.toString("base64")]) {
    assert.ok(secrets.includes(secret), secret);
  }
  const key = { GREENLIGHT_ENCRYPTION_KEY: KEY.toString("hex") };
  const withQuery = configOf({ DATABASE_URL: "postgres:///d?host=/s&password=q1", ...key });
  assert.ok(secretsOf(withQuery).includes("q1"));
  assert.ok(secretsOf(configOf({ DATABASE_URL: "postgres://u:100%@h/d", ...key })).includes("100%"));
  const slack = { kind: "real", mode: "http", botToken: BOT, signingSecret: "sig", apiUrl: null } as const;
  assert.deepEqual(secretsOf({ ...configOf({}), slack }), [BOT, "sig"]);
});

test("a .env file is read where there is one, the real environment wins, and one that cannot be read is said so", async () => {
  const folder = await mkdtemp(join(tmpdir(), "greenlight-env-"));
  try {
    assert.deepEqual(await readEnvironment(join(folder, ".env"), { A: "1" }), { A: "1" });
    await writeFile(join(folder, ".env"), "A=from-file\nB=2\n");
    assert.deepEqual(await readEnvironment(join(folder, ".env"), { A: "1" }), { A: "1", B: "2" });
    await assert.rejects(readEnvironment(folder, {}), /cannot be read/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a budget has its defaults for what is left out, may be off, and is none for a model that costs nothing", () => {
  const budgetOf = (env: Env) => {
    const read = readConfig({ ...env });
    return read.ok ? read.config.modelBudget : read.faults;
  };
  const key = { ANTHROPIC_API_KEY: "sk-ant-0123456789" };
  assert.deepEqual(budgetOf(key), { change: 1, person: 5, day: 25 });
  assert.deepEqual(budgetOf({ ...key, GREENLIGHT_BUDGET: "person=2.5, day=100" }), {
    change: 1,
    person: 2.5,
    day: 100,
  });
  assert.equal(budgetOf({ ...key, GREENLIGHT_BUDGET: "off" }), null);
  assert.equal(budgetOf({}), null);
  assert.deepEqual(budgetOf({ GREENLIGHT_BUDGET: "day=1" }), { change: 1, person: 5, day: 1 });
});

test("effort and prices have their defaults, and a cache's prices may be said", () => {
  assert.deepEqual(configOf({}).effort, { planner: "medium", reviewer: "low" });
  assert.deepEqual(configOf({ GREENLIGHT_EFFORT_REVIEWER: "xhigh" }).effort.reviewer, "xhigh");
  const pricesOf = (text: string) => configOf({ GREENLIGHT_MODEL_PRICES: text }).modelPrices;
  assert.equal(configOf({}).modelPrices, null);
  assert.deepEqual(pricesOf("3:15"), { in: 3, out: 15, cacheWrite: 3.75, cacheRead: 0.3 });
  assert.deepEqual(pricesOf("2:10:2.5:0.1"), { in: 2, out: 10, cacheWrite: 2.5, cacheRead: 0.1 });
});
