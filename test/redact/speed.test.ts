import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRedact } from "#redact/redact.ts";
import { rules } from "#redact/rules.ts";

const SIZE = 1_000_000;
/**
 * What occurs most gets a megabyte; the rest an eighth of it, to keep the tests quick. The limits are three times what a
 * quiet machine needs, because a check must not fail by another process; what is quadratic takes many times as much.
 */
const NAMED = ["a", "=", "eyJ", "-----BEGIN "];
const LIMIT_MS = 600;
const redact = createRedact(Array.from({ length: 8 }, (_, index) => `own-secret-${index}-0123456789abcdef`));

const WORDS = [
  "password",
  "secret",
  "token",
  "api_key",
  "client-key-data",
  "authorization",
  "cookie",
  "bearer",
];
const SHAPES = ["", "=", ": ", "=a ", "='x", '="', '=\\"', "=[", "\n", ": |\n  "];
const SEEDS = [
  "name=a,value=", "value=a,name=", '"name":"a","value":"', "- name: a\n  value: b\n", "a = [\n", "passwords:\n- a\n", "tokens: [", 'tokens=["a",', "- --password\n",
  '"--token",', "--token,a", "mysql -p", "mysql -pa ", "mysql ", " -p", "docker login ", "login ", "password '", "password 'a", "identified by '", "identified with ", "machine a login ",
  "a.b:5432:c:d:", "a:*:", "Key  Value\ntoken  a\n", "[]uint8{0x", "error found in #1 ...|", "_key=", "A_KEY=a1B2c3D4 ", "_auth:", "--", "key:", "{0x", "key  value",
  "map[name:a value:", "a", "=", "eyJ", "-----BEGIN ", "-----BEGIN A-----", "-----END A-----", "-", "://", "://a:", "http://u:p@", "\\", '"', "'", "\\\"",
  " ", "\n", "\r\n", " \n", "\u001b[0m", "é", "$(", '"data":{', '"data":{"a":"', "data:\n  a: b\n", "kind: Secret\n", "a = <<E\n",
  'password = "a" -> ', "password=,a", "<password>a", "--token ", "--from-literal=", "bearer aaaaaaaaaaaaaaa ", "basic aaaaaaaaa ",
  '"sensitive": true,\n"value": "x",\n', "a:b@tcp(", "jdbc:oracle:thin:a/", "eyJaaaaaaaa.", "pod/web-7d9f8b6c5-x2x4z   1/1   Running\n",
  ...WORDS.flatMap((word) => SHAPES.map((shape) => word + shape)),
]; // biome-ignore format: a table

const ALL = `${rules.map((rule) => rule.prefix).join(" ")} ${WORDS.join(" ")} `;

describe("the time redaction takes", () => {
  it(`is under ${LIMIT_MS} ms for a megabyte of anything it looks for, on a machine of today`, () => {
    for (const seed of [...NAMED, ALL]) assertQuick(seed, SIZE);
    for (const seed of SEEDS) assertQuick(seed, SIZE / 8);
  });

  it(`is under ${LIMIT_MS} ms for a line of a megabyte, also where it cannot be parted at a round number of letters`, () => {
    for (const seed of ["export A_SECRET=", "export A_SECRET=a ", "A_SECRET=", "x ", "token: "]) {
      const text = seed.repeat(Math.ceil(2 ** 20 / seed.length));
      const limit = slowness * LIMIT_MS;
      const best = bestMs(() => void redact(text), limit);
      assert.ok(best <= limit, `${JSON.stringify(seed)}: ${Math.round(best)} ms`);
    }
  });

  it("grows with the text only, whatever a rule begins with", () => {
    // Quadratic would be 16 times the time of a quarter; at this size it shows as seconds.
    for (const { prefix } of rules) {
      for (const seed of [
        prefix,
        `${prefix}a`,
        ` ${prefix}${"a".repeat(15)} `,
        `${prefix}${"a".repeat(19)}.`,
      ]) {
        assertQuick(seed, SIZE / 8);
      }
    }
  });
});

const TRIES = 20;
/** What one plain expression takes for a megabyte on a machine of today: a slower one has as much more time for ours. */
const PLAIN_MS = 10;
const PLAIN = /\b([a-z]+)[=:]\s*(['"]?)([^\s'"]+)\2/g;
const plainText = "token=a password: 'x' pod/web-7d9f8b6c5 ".repeat(SIZE / 40);
const slowness = Math.max(1, bestMs(() => void plainText.replaceAll(PLAIN, "$1=[x]"), PLAIN_MS) / PLAIN_MS);

function assertQuick(seed: string, size: number): void {
  const text = seed.repeat(Math.ceil(size / seed.length)).slice(0, size);
  const limit = slowness * (size === SIZE ? LIMIT_MS : (LIMIT_MS * size) / SIZE);
  const best = bestMs(() => void redact(text), limit);
  assert.ok(
    best <= limit,
    `${JSON.stringify(seed.slice(0, 40))}: ${Math.round(best)} ms for ${size} characters`,
  );
}

/** By the time this process worked, the best of some runs until one is quick enough: other processes share the machine. */
function bestMs(work: () => void, enough: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < TRIES && best > enough; run += 1) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1_000);
  }
  return best;
}
