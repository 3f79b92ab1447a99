import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const WATCHER = fileURLToPath(new URL("./end-run.pl", import.meta.url));
/** As short as it can be: sockets lie below it, and their paths are limited to 107 bytes. */
const PREFIX = "gl-";
const PARENT_POLL_MS = 500;

let tell: ((directory: string) => void) | undefined;

/**
 * Gives this test process a temporary directory of its own. What names it, or another `directory` of the run, is ended and
 * removed once the process is gone, however it went: a killed run left a PostgreSQL and commands that sleep for minutes. The
 * process itself ends when the runner that started it does. May be called again.
 */
export function claimRun(directory?: string): void {
  tell ??= claim();
  if (directory !== undefined) tell(directory);
}

function claim(): (directory: string) => void {
  const own = mkdtempSync(join(tmpdir(), PREFIX));
  // As /tmp itself is: some tests are run once more as an ordinary user.
  chmodSync(own, 0o1777);
  process.env["TMPDIR"] = own;
  // Only where a runner is its parent: a shell may go and let its job run on.
  if (process.env["NODE_TEST_CONTEXT"] !== undefined) endWithParent(process.ppid);
  // In a session of its own, so that Ctrl-C does not reach it.
  const watcher = spawn("perl", [WATCHER, own], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  // Without perl a killed run leaves what it left before.
  watcher.on("error", () => undefined);
  watcher.stdin.on("error", () => undefined);
  watcher.unref();
  // Its pipe is a socket, which would keep the process from ending.
  if ("unref" in watcher.stdin && typeof watcher.stdin.unref === "function") watcher.stdin.unref();
  return (directory) => watcher.stdin.write(`${directory}\n`);
}

function endWithParent(parent: number): void {
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, PARENT_POLL_MS).unref();
}
