import { globSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const SHARDS = 4;
const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Loads every fourth test file, from the `first` on, into this process. A process for each file would load the program and
 * start a PostgreSQL 140 times; one process for all waits most of its time, and took 13 minutes where two at a time take 10.
 */
export async function loadShard(first: number): Promise<void> {
  const files = globSync("**/*.test.ts", { cwd: ROOT }).toSorted();
  const mine = files.filter((_file, index) => index % SHARDS === first - 1);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Tests begin as soon as they are there, and the process ends with the last of them: while a file was still being
  // loaded, that was before the tests of this file and all after it (a quarter of all, seen by their number).
  test(`share ${first}: all of ${mine.length} files are loaded`, () => promise);
  try {
    for (const file of mine) await import(new URL(`../${file.replaceAll("\\", "/")}`, import.meta.url).href);
    resolve();
  } catch (error) {
    reject(error);
  }
}
