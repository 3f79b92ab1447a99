import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { soon } from "./soon.ts";

const RUN = fileURLToPath(new URL("./killed-run.ts", import.meta.url));
const Told = z.object({ test: z.int(), command: z.int(), home: z.string() });
type Told = z.infer<typeof Told>;

suite("a test run that is killed leaves nothing behind", { concurrency: true }, () => {
  const kills: [how: string, kill: (runner: number, told: Told) => void][] = [
    ["its runner by SIGKILL", (runner) => process.kill(runner, "SIGKILL")],
    ["the tests' own process by SIGKILL", (_, told) => process.kill(told.test, "SIGKILL")],
    ["all of it by Ctrl-C", (runner) => process.kill(-runner, "SIGINT")],
  ];
  for (const [how, kill] of kills) {
    test(how, { skip: process.platform !== "linux" ? "it looks into /proc" : false }, async (t) => {
      const dir = await mkdtemp(join(tmpdir(), "k-"));
      t.after(() => rm(dir, { recursive: true, force: true }));
      const tells = join(dir, "tells");
      // Below that directory lies all that the run makes, so that what is left of it can be told from the outside.
      const env = { PATH: process.env["PATH"], TMPDIR: dir, KILLED_RUN_TELLS: tells };
      const runner = spawn(process.execPath, ["--test", RUN], { detached: true, env, stdio: "ignore" });
      const ended = new Promise((resolve) => runner.once("exit", resolve));
      const told = await soon("the run", async () => {
        const text = await readFile(tells, "utf8").catch(() => "");
        return text === "" ? null : Told.parse(JSON.parse(text));
      });
      const servers = await postgresOf(told.test);
      assert.ok(servers.length > 0);
      assert.ok(isThere(told.command));
      kill(runner.pid ?? 0, told);
      await ended;
      await soon("the end of all", async () => ![told.test, told.command, ...servers].some(isThere));
      await soon("the end of its files", async () => !existsSync(told.home));
    });
  }
});

/** The PostgreSQL processes that this process started, and those that they did. */
async function postgresOf(parent: number): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir("/proc")) {
    const text = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, "utf8").catch(() => "") : "";
    const [, program = "", above = ""] = /^\d+ \((.*)\) \S (\d+)/.exec(text) ?? [];
    if (program === "postgres" && Number(above) === parent)
      found.push(Number(name), ...(await postgresOf(Number(name))));
  }
  return found;
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
