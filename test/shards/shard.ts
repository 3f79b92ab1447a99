import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SHARDS = 4;
const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Loads every fourth test file, from the `first` on, into this process. A process for each file would load the program and
 * start a PostgreSQL 140 times; one process for all waits most of its time, and took 13 minutes where two at a time take 8.
 */
export async function loadShard(first: number): Promise<void> {
  const files = globSync("**/*.test.ts", { cwd: ROOT }).toSorted();
  for (const file of files.filter((_file, index) => index % SHARDS === first - 1))
    await import(new URL(`../${file.replaceAll("\\", "/")}`, import.meta.url).href);
}
