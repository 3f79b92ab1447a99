import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { SHARDS, testFiles } from "./shard.ts";
import { splitByWeight } from "./split.ts";
import weights from "./weights.json" with { type: "json" };

test("every test file is in one share, and none takes much longer than another", () => {
  const files = testFiles();
  const shares = splitByWeight(files, weights, SHARDS);
  assert.deepEqual(shares.flat().toSorted(), files);
  const known: Record<string, number> = weights;
  const sums = shares.map((share) => share.reduce((sum, file) => sum + (known[file] ?? 1), 0));
  assert.ok(Math.max(...sums) < 1.5 * Math.min(...sums), sums.join(", "));
});

test("there are as many shares as files that load one", () => {
  const here = fileURLToPath(new URL(".", import.meta.url));
  const expected = Array.from({ length: SHARDS }, (_, index) => `${index + 1}.ts`);
  assert.deepEqual(globSync("?.ts", { cwd: here }).toSorted(), expected);
});

test("the longest go first, a new file counts as the middle one of its folder, and the order of the files decides nothing", () => {
  const files = ["a", "b", "c", "d", "new"];
  const uneven = { a: 12, b: 5, c: 10, d: 1 };
  assert.deepEqual(splitByWeight(files, uneven, 2), [
    ["a", "b", "d"],
    ["c", "new"],
  ]);
  assert.deepEqual(splitByWeight(files.toReversed(), uneven, 1), [files]);
  const folders = { "slow/a": 30, "slow/b": 20, "slow/c": 25, "quick/a": 1 };
  assert.deepEqual(splitByWeight(["slow/new", "slow/c", "quick/new", "quick/a"], folders, 2), [
    ["quick/new", "slow/new"],
    ["quick/a", "slow/c"],
  ]);
});
