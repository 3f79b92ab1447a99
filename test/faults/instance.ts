// One process of the program for the fault tests: the settings come from the environment as always, and FAULTS_CRASH
// ("before intent#2") names where it kills itself. Prints one JSON line once it serves.
import { flushCompileCache } from "node:module";
import pino from "pino";
import { startApp } from "#app/app.ts";
import { stopOnSignals } from "#app/stop-signals.ts";
import { readConfig } from "#config/config.ts";
import type { At } from "#observe/crash-points.ts";
import { QUICK_LOOKS } from "#test/support/execution.ts";
import { FAST_LEASE } from "./pace.ts";

const crash = process.env["FAULTS_CRASH"] ?? "";
const defaults = process.env["FAULTS_PACE"] === "default";

/** SIGKILL at the n-th passing: no handler, no last write, as a machine that loses its memory for this process. */
function dieAt(plan: string): At {
  const [point, times = "1"] = plan.split("#");
  let left = Number(times);
  return (passed) => {
    if (passed !== point) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, "SIGKILL");
  };
}

const read = readConfig(process.env);
if (!read.ok) throw new Error(read.faults.join("; "));
// What the made-up programs of a test keep their notes in.
const notes = process.env["FAULTS_SEES"];
const grace = process.env["FAULTS_GRACE_MS"];
const starting = startApp(read.config, pino({ level: "warn" }, pino.destination(2)), {
  ...(notes === undefined ? {} : { sees: { readOnly: [], readWrite: [notes] } }),
  ...(crash === "" ? {} : { at: dieAt(crash) }),
  ...(defaults ? {} : { pace: FAST_LEASE, settle: QUICK_LOOKS }),
  ...(grace === undefined ? {} : { graceMs: Number(grace) }),
});
// Whoever started it holds a channel to it open, which the program has not.
const stopped = async (): Promise<void> => {
  await (await starting).stop();
  process.disconnect?.();
};
stopOnSignals(starting.then(({ kill }) => ({ kill, stop: stopped })));
const app = await starting;
process.on("message", (what) => {
  if (what !== "gauge") return;
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const handles = process.getActiveResourcesInfo().length;
  process.send?.({ heapUsed, rss, handles, listeners: process.listenerCount("SIGTERM") });
});
// At its end would be too late for a process that is killed.
flushCompileCache();
process.stdout.write(`${JSON.stringify({ address: app.address })}\n`);
