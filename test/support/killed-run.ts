import { spawn } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { migrate } from "#store/postgres/migrate.ts";
import { createDatabase } from "./postgres.ts";

/** A run to be killed: has a database and a command in a group of its own, writes down who runs, and waits. */
test("waits to be killed", async () => {
  await createDatabase({ migrate });
  const home = await mkdtemp(join(tmpdir(), "greenlight-killed-"));
  const env = { HOME: home, PATH: process.env["PATH"] };
  const command = spawn("sleep", ["300"], { detached: true, env, stdio: "ignore" });
  const told = { test: process.pid, command: command.pid, home };
  await writeFile(process.env["KILLED_RUN_TELLS"] ?? "", JSON.stringify(told));
  await new Promise((resolve) => setTimeout(resolve, 300_000));
});
