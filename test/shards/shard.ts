import { globSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { claimRun } from "#test/support/claim-run.ts";
import { splitByWeight } from "./split.ts";
import weights from "./weights.json" with { type: "json" };

/** How many files like `1.ts` there are. */
export const SHARDS = 6;
const FAST_FOLDERS = ["config", "house", "http", "policy", "redact", "shards", "store"];
const FAST_SECONDS = 4;
const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Loads one share of the test files into this process, by how long they take (`npm run weigh` writes that down). A process
 * for each file would load the program and start a PostgreSQL 230 times. A share waits two thirds of its time, so that three
 * at once keep two cores busy; of four shares two at a time the longest ran alone for three minutes.
 */
export async function loadShard(number: number): Promise<void> {
  await load(`share ${number}`, splitByWeight(testFiles(), weights, SHARDS)[number - 1] ?? []);
}

/** Loads what says soonest that something broke: the tests that start no program of ours, without those that take long. */
export async function loadFast(): Promise<void> {
  const known: Readonly<Record<string, number>> = weights;
  const isFast = (file: string): boolean =>
    FAST_FOLDERS.some((folder) => file.startsWith(`${folder}/`)) && (known[file] ?? 1) <= FAST_SECONDS;
  await load("the fast ones", testFiles().filter(isFast));
}

async function load(name: string, mine: readonly string[]): Promise<void> {
  claimRun();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Tests begin as soon as they are there, and the process ends with the last of them: while a file was still being
  // loaded, that was before the tests of this file and all after it (a quarter of all, seen by their number).
  test(`${name}: all of ${mine.length} files are loaded`, () => promise);
  try {
    for (const file of mine) await import(new URL(`../${file}`, import.meta.url).href);
    resolve();
  } catch (error) {
    reject(error);
  }
}

/** Every test file, as `folder/name.test.ts`. */
export function testFiles(): string[] {
  const files = globSync("**/*.test.ts", { cwd: ROOT });
  return files.map((file) => file.replaceAll("\\", "/")).toSorted();
}
