import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { migrate } from "#store/postgres/migrate.ts";
import { createDatabase, type TestDatabase } from "#test/support/postgres.ts";
import { urlOf } from "#test/support/program.ts";
import { soon } from "#test/support/soon.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const isolated = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"];

describe("npm start", { timeout: 180_000 }, () => {
  let database: TestDatabase;
  before(async () => {
    database = await createDatabase({ migrate });
  });
  after(() => database.drop());

  /** The documented start, with the npm that is installed here; resolves once it serves. */
  async function start(t: TestContext, before: readonly string[] = []): Promise<Started> {
    const dir = await mkdtemp(join(tmpdir(), "greenlight-npm-"));
    const [program = "npm", ...args] = [...before, "npm", "start"];
    const child = spawn(program, args, {
      cwd: ROOT,
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
      env: {
        PATH: process.env["PATH"],
        HOME: dir,
        PORT: "0",
        GREENLIGHT_DATA: join(dir, "data"),
        GREENLIGHT_MIX: "yes",
        GREENLIGHT_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
        DATABASE_URL: urlOf(database.config),
      },
    });
    const { pid } = child;
    assert.ok(pid !== undefined);
    t.after(async () => {
      for (const one of [...(await below(pid)), pid]) kill(one, "SIGKILL");
      await rm(dir, { recursive: true, force: true });
    });
    let said = "";
    child.stdout?.on("data", (bytes) => (said += String(bytes)));
    await soon("it serves", async () => said.includes("serves its API at"));
    return { child, pid, tree: await below(pid) };
  }

  for (const signal of ["SIGTERM", "SIGINT"] as const)
    it(`at ${signal} to npm alone stops Greenlight gently, and leaves no process`, async (t) => {
      const { child, pid, tree } = await start(t);
      assert.equal(await countOf(tree, "entry.js"), 1);
      const ended = once(child, "exit");
      kill(pid, signal);
      assert.deepEqual(await ended, [0, null]);
      await soon("all of it is gone", async () => (await countOf(tree, "")) === 0);
    });

  it("at Ctrl-C, which reaches npm and Greenlight and is passed on by npm as well, is told once", async (t) => {
    const { child, pid } = await start(t);
    const ended = once(child, "exit");
    process.kill(-pid, "SIGINT");
    assert.deepEqual(await ended, [0, null]);
  });

  const cannot =
    spawnSync(isolated[0] ?? "", [...isolated.slice(1), "true"]).status === 0 ? false : "no unshare";
  it("stops gently as the first process of a container", { skip: cannot }, async (t) => {
    const { child, pid, tree } = await start(t, isolated);
    const [npm] = await below(pid);
    assert.ok(npm !== undefined && /npm/.test(await lineOf(npm)));
    const ended = once(child, "exit");
    kill(npm, "SIGTERM");
    // Were npm gone first, the kernel would kill the rest and the code would be another.
    assert.deepEqual(await ended, [0, null]);
    assert.equal(await countOf(tree, ""), 0);
  });
});

type Started = { child: ChildProcess; pid: number; tree: number[] };

/** All processes below one, nearest first. */
async function below(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  const children = text.split(" ").filter(Boolean).map(Number);
  return [...children, ...(await Promise.all(children.map(below))).flat()];
}

/** How many of these run with this in their command line. */
async function countOf(pids: readonly number[], word: string): Promise<number> {
  const living = new Set(await readdir("/proc"));
  const lines = await Promise.all(pids.filter((pid) => living.has(String(pid))).map(lineOf));
  return lines.filter((line) => line !== "" && line.includes(word)).length;
}

function lineOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}
