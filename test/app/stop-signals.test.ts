import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
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
  const emit = (signal: "SIGTERM" | "SIGINT") => process.emit(signal, signal);
  const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
  // At once: on a busy machine half a second may pass before a timer fires.
  emit("SIGINT");
  emit("SIGINT");
  await settled();
  assert.deepEqual(done, ["stop"]);
  await new Promise((resolve) => setTimeout(resolve, 600));
  emit("SIGTERM");
  await settled();
  assert.deepEqual(done, ["stop", "kill"]);
});

test("a copy of the signal that comes after all has stopped does not end the program by the signal", async () => {
  const file = join(import.meta.dirname, "..", "..", "src", "app", "stop-signals.ts");
  const program = `
    import { stopOnSignals } from ${JSON.stringify(file)};
    const alive = setInterval(() => undefined, 1_000);
    stopOnSignals(Promise.resolve({ stop: async () => clearInterval(alive), kill: () => process.exit(3) }));
    process.stdout.write("up");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  const ended = once(child, "exit");
  child.kill("SIGINT");
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(child.exitCode, null, "it stays for the copy");
  child.kill("SIGINT");
  assert.deepEqual(await ended, [0, null]);
});
