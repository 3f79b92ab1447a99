import assert from "node:assert/strict";
import { test } from "node:test";
import { stopOnSignals } from "#app/stop-signals.ts";

test("a signal that comes twice at once, as npm passes it on, is told once; a later one kills at once", async (t) => {
  const known = new Set([...process.listeners("SIGTERM"), ...process.listeners("SIGINT")]);
  t.after(() => {
    for (const signal of ["SIGTERM", "SIGINT"] as const)
      for (const one of process.listeners(signal)) if (!known.has(one)) process.off(signal, one);
  });
  const done: string[] = [];
  const app = { stop: async () => void done.push("stop"), kill: () => void done.push("kill") };
  stopOnSignals(Promise.resolve(app));
  const emit = async (signal: "SIGTERM" | "SIGINT"): Promise<void> => {
    process.emit(signal, signal);
    await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await emit("SIGINT");
  await emit("SIGINT");
  assert.deepEqual(done, ["stop"]);
  await new Promise((resolve) => setTimeout(resolve, 600));
  await emit("SIGTERM");
  assert.deepEqual(done, ["stop", "kill"]);
});
