import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";

test("no two migrations have the same number, since the number is their order", () => {
  const files = readdirSync(new URL("../../migrations/", import.meta.url));
  const numbers = files.map((file) => file.slice(0, 4));
  const twice = numbers.filter((number, index) => numbers.indexOf(number) !== index);
  // Two are numbered 0011 for good: what was applied is known by its whole name.
  assert.deepEqual(
    twice.filter((number) => number !== "0011"),
    [],
  );
});
