import assert from "node:assert/strict";
import { test } from "node:test";
import { splitCommandLine } from "#policy/command-line.ts";
import { quote, sayOtherwise } from "./fuzz.ts";
import { growPlans } from "./fuzz-plans.ts";
import { argvs, fuzz } from "./fuzz-rounds.ts";
import { pick, seeded } from "./random.ts";

test("other words for the same command never lower its verdict, and no input breaks the rules", (t) => {
  const found = fuzz(20_000, 20_261_123);
  t.diagnostic(
    `${found.inputs} inputs: ${found.lowered.length} lowered, ${found.crashed.length} crashed, ${found.stricter} stricter, mean ${found.meanMs.toFixed(4)} ms, p99 ${found.p99Ms.toFixed(4)} ms`,
  );
  assert.deepEqual(found.crashed.slice(0, 10), []);
  assert.deepEqual(found.lowered.slice(0, 10), []);
  assert.ok(
    found.stricter < 0.03 * found.inputs,
    `${found.stricter} held back more than the same in other words:\n${found.stricterExamples.join("\n")}`,
  );
});

test("a plan that grows by a step, a risky flag, a target or a way back is never held back less", () => {
  const { shrunk, refused } = growPlans(1_500, 7);
  assert.deepEqual(shrunk.slice(0, 10), []);
  assert.ok(refused < 1_100, `${refused} of the grown plans were refused: these cases prove little`);
});

test("a quoted line is split into the very words it was made of", () => {
  const random = seeded(3);
  for (let round = 0; round < 3_000; round++) {
    const argv = pick(random, argvs).filter((word) => /^[\x20-\x7e]*$/.test(word));
    if (argv.length === 0) continue;
    const line = quote(argv, random);
    assert.deepEqual(splitCommandLine(line), { ok: true, argv }, line);
  }
});

test("saying it in other words does change the words", () => {
  const random = seeded(5);
  const argv = "kubectl -n production scale deploy web --replicas 5".split(" ");
  const said = new Set(Array.from({ length: 200 }, () => JSON.stringify(sayOtherwise(argv, random))));
  assert.ok(said.size > 100, `${said.size} ways`);
});
