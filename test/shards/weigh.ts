import { writeFile } from "node:fs/promises";
import { sep } from "node:path";
import { run } from "node:test";
import { fileURLToPath } from "node:url";
import { SHARDS } from "./shard.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const WEIGHTS = fileURLToPath(new URL("./weights.json", import.meta.url));

/** Runs all tests as `npm test` does, and writes into weights.json how many seconds each file took. */
async function weigh(): Promise<void> {
  const shards = Array.from({ length: SHARDS }, (_, index) => `${index + 1}.ts`);
  const files = shards.map((file) => fileURLToPath(new URL(file, import.meta.url)));
  const seconds = new Map<string, number>();
  const stream = run({ files, concurrency: 3, forceExit: true });
  const add = ({ nesting, file = "", details }: { nesting: number; file?: string; details: Details }) => {
    if (nesting > 0 || !file.startsWith(ROOT) || !file.endsWith(".test.ts")) return;
    const name = file.slice(ROOT.length).replaceAll(sep, "/");
    seconds.set(name, (seconds.get(name) ?? 0) + details.duration_ms / 1_000);
  };
  stream.on("test:pass", add);
  stream.on("test:fail", (data) => {
    process.stderr.write(`failed: ${data.name}\n`);
    add(data);
  });
  stream.on("end", () => void writeFile(WEIGHTS, jsonOf(seconds)));
  stream.resume();
}

type Details = { duration_ms: number };

/** Whole seconds, one at least: what takes less is noise, and would be another line with every run. */
function jsonOf(seconds: ReadonlyMap<string, number>): string {
  const rows = [...seconds].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const rounded = rows.map(([name, all]) => [name, Math.max(1, Math.round(all))]);
  return `${JSON.stringify(Object.fromEntries(rounded), null, 2)}\n`;
}

await weigh();
