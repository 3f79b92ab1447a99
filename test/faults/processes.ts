import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A process of the program. `gone` resolves when it ended, with the signal or code. */
export type Instance = {
  pid: number;
  address: string;
  gone: Promise<string>;
  isGone(): boolean;
  signal(name: NodeJS.Signals): void;
  gauge(): Promise<Gauge>;
};

/** What a process holds on to. */
export type Gauge = { heapUsed: number; rss: number; handles: number; listeners: number };

const PROGRAM = fileURLToPath(new URL("./instance.ts", import.meta.url));
const START_PATIENCE_MS = 60_000;

/** The second process and all after it start on what the first one compiled: measured, 1.4 s of a core instead of 2.6. */
const COMPILED = mkdtempSync(join(tmpdir(), "greenlight-compiled-"));
process.once("exit", () => rmSync(COMPILED, { recursive: true, force: true }));

/** Starts a process of the program, or of another version's, and waits until it serves; null when it died before. */
export async function startInstance(
  env: Record<string, string>,
  logFile: string,
  program = PROGRAM,
): Promise<Instance | null> {
  const log = openSync(logFile, "a");
  const child = spawn(process.execPath, ["--expose-gc", "--max-semi-space-size=8", program], {
    env: { ...env, NODE_COMPILE_CACHE: COMPILED },
    stdio: ["ignore", "pipe", log, "ipc"],
  });
  let isGone = false;
  const gone = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => {
      isGone = true;
      resolve(signal ?? `exit code ${code}`);
    });
  });
  const address = await Promise.race([ready(child), gone.then(() => null)]);
  if (address === null || child.pid === undefined) return null;
  return {
    pid: child.pid,
    address,
    gone,
    isGone: () => isGone,
    signal: (name) => void child.kill(name),
    gauge: () =>
      new Promise((resolve) => {
        child.once("message", (gauge) => resolve(gauge as Gauge));
        child.send("gauge");
      }),
  };
}

/** Ends it, whatever it does; frozen ones too. */
export async function end(instance: Instance | null): Promise<void> {
  if (instance === null || instance.isGone()) return;
  instance.signal("SIGKILL");
  await instance.gone;
}

async function ready(child: ChildProcess): Promise<string | null> {
  const { stdout } = child;
  if (stdout === null) return null;
  const late = setTimeout(() => child.kill("SIGKILL"), START_PATIENCE_MS);
  for await (const line of createInterface({ input: stdout })) {
    clearTimeout(late);
    const said: unknown = JSON.parse(line);
    if (typeof said === "object" && said !== null && "address" in said) return String(said.address);
  }
  clearTimeout(late);
  return null;
}
