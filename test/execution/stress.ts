/**
 * The long runs of the hands, with their figures: `npm run stress`. What each asks for in seconds is part of `npm test`
 * (run-command.test.ts, output.test.ts); here it is asked 200 times, and with a gigabyte. It runs as the program does,
 * with a bounded young generation (measured: without the bound V8 lets it grow by 120 MB while 10 MB of it are in use).
 */
import { tmpdir } from "node:os";
import type { LogLine, StepEnd } from "#change/journal.ts";
import { createLineBuffer } from "#execution/process/line-buffer.ts";
import { STOP_GROUP } from "#execution/process/process-group.ts";
import { runCommand } from "#execution/process/run-command.ts";
import { isAlive, pidsIn } from "#test/execution/process/processes.ts";

const MEGABYTE = 1_048_576;
const MAX_GROWTH_MB = 64;
const MAX_ROWS = 2_201;
const TREES = 200;
const AT_ONCE = 4;
const TREE_DEADLINE_MS = 400;
const TREE_GRACE_MS = 200;
const MAX_AFTER_KILL_MS = 2_000;

/** Three generations of shells that hold stdout; the second and third ignore TERM. */
const TREE = `echo $$; sh -c 'trap "" TERM; echo $$; sh -c "echo \\$\\$; sleep 1000" & wait; sleep 1000' & wait`;

const outputs: [what: string, line: string, expected: { tail?: string; lines?: number }][] = [
  [
    "1 GB of lines of 100 characters",
    "yes $(printf 'x%.0s' $(seq 99)) | head -c 1000000000",
    { lines: 10_000_000 },
  ],
  ["10 M short lines", "seq 1 10000000", { tail: "10000000", lines: 10_000_000 }],
  ["1 GB without a newline", "head -c 1000000000 /dev/zero | tr '\\0' z", { lines: 1 }],
  ["300 MB that are no UTF-8", "head -c 300000000 /dev/urandom", {}],
  [
    "300 MB of colours",
    "yes \"$(printf '\\033[31mred\\033[0m')\" | head -c 300000000; printf '\\nend\\n'",
    { tail: "end" },
  ],
  [
    "300 MB of a progress bar",
    "yes progress | tr '\\n' '\\r' | head -c 300000000; printf '\\r100%%\\n'",
    { tail: "100%" },
  ],
];

let faults = 0;

function report(fits: boolean, text: string): void {
  if (!fits) faults += 1;
  process.stdout.write(`${fits ? "ok  " : "MISS"} ${text}\n`);
}

async function runShell(
  code: string,
  deadlineMs: number,
  write: (lines: LogLine[]) => Promise<void>,
): Promise<StepEnd> {
  const buffer = createLineBuffer(write, () => (line) => line);
  const end = await runCommand({
    boxed: { argv: ["/bin/sh", "-c", code], cwd: tmpdir(), env: { PATH: "/usr/bin:/bin" } },
    deadlineMs,
    stop: { ...STOP_GROUP, graceMs: TREE_GRACE_MS },
    signal: new AbortController().signal,
    onStarted: async () => undefined,
    onLine: buffer.add,
  });
  await buffer.end();
  return end;
}

/** One command that prints much, on a database that takes a quarter of a second for each batch. */
async function tryOutput([what, code, expected]: (typeof outputs)[number]): Promise<void> {
  const rows: LogLine[] = [];
  const before = process.memoryUsage().rss;
  let most = before;
  const sampling = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 20);
  const began = performance.now();
  const end = await runShell(code, 600_000, async (lines) => {
    await new Promise((resolve) => setTimeout(resolve, 250));
    rows.push(...lines);
  });
  clearInterval(sampling);
  const growth = Math.round((most - before) / MEGABYTE);
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  const last = rows.at(-1);
  const bytes = rows.reduce((sum, row) => sum + Buffer.byteLength(row.text), 0);
  const fits =
    end.outcome === "done" &&
    growth < MAX_GROWTH_MB &&
    rows.length <= MAX_ROWS &&
    (expected.tail === undefined || last?.text === expected.tail) &&
    (expected.lines === undefined || last?.number === expected.lines);
  report(
    fits,
    `${what}: ${seconds} s, RSS grew by ${growth} MB, ${rows.length} rows with ${Math.round(bytes / 1_000)} KB, last number ${last?.number}`,
  );
}

async function tryTree(): Promise<{ afterKillMs: number; alive: number; seen: number }> {
  const lines: string[] = [];
  const began = performance.now();
  await runShell(TREE, TREE_DEADLINE_MS, async (batch) => {
    lines.push(...batch.map((line) => `out ${line.text}`));
  });
  const pids = pidsIn(lines);
  const sinceKill = () => performance.now() - began - TREE_DEADLINE_MS - TREE_GRACE_MS;
  while (pids.some(isAlive) && sinceKill() < MAX_AFTER_KILL_MS) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return { afterKillMs: sinceKill(), alive: pids.filter(isAlive).length, seen: pids.length };
}

async function tryTrees(): Promise<void> {
  const runs: Awaited<ReturnType<typeof tryTree>>[] = [];
  const worker = async (): Promise<void> => {
    for (let run = 0; run < TREES / AT_ONCE; run += 1) runs.push(await tryTree());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const slowest = Math.round(Math.max(...runs.map((run) => run.afterKillMs)));
  const orphans = runs.reduce((sum, run) => sum + run.alive, 0);
  const seen = runs.reduce((sum, run) => sum + run.seen, 0);
  report(
    slowest <= MAX_AFTER_KILL_MS && orphans === 0 && seen === TREES * 3,
    `${runs.length} process trees: ${seen} processes, ${orphans} left alive, the slowest was over ${slowest} ms after the time of KILL`,
  );
}

for (const output of outputs) await tryOutput(output);
await tryTrees();
process.exitCode = faults === 0 ? 0 : 1;
