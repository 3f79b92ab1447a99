import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { EnvironmentError } from "#execution/environment-error.ts";
import { capture } from "#execution/process/capture.ts";
import { readProcess } from "#execution/process/processes.ts";
import { makeChangeDir, removeChangeDir } from "#execution/workspace/scratch.ts";
import type { Box } from "./box.ts";
import { isThere } from "./places.ts";

/** What is attacked: where Greenlight keeps its data, and files of its own that are tried for reading. */
export type ProbeGround = { dataDir: string; files: readonly string[] };

/** It takes some milliseconds; a machine that starts takes longer. */
const DEADLINE_MS = 20_000;
const KILL_TAKES_MS = 50;
const PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/**
 * What a hostile command does, in the shell that every machine has. Each line names what got through. `$1` is a process of
 * Greenlight's user, `$2` a word only its environment and the files of others hold, `$3` a place outside that is tried for
 * writing, `$4` the change's own home; what follows are files that are none of its business.
 */
const ATTACK = `
prey=$1; word=$2; outside=$3; own=$4; shift 4
cat /proc/[0-9]*/environ 2>/dev/null | grep -q "$word" && echo "reads the environment of Greenlight's processes"
for file in "$@"; do cat "$file" >/dev/null 2>&1 && echo "reads $file"; done
(: > "$outside") 2>/dev/null && echo "writes $outside"
for place in /usr /etc /var /root; do (: > "$place/$word") 2>/dev/null && rm -f "$place/$word" && echo "writes below $place"; done
(cat /proc/sys/kernel/core_pattern > /proc/sys/kernel/core_pattern) 2>/dev/null && echo "writes the kernel's settings"
mount -t tmpfs none "$own" 2>/dev/null && umount "$own" && echo "mounts"
mount -o remount,bind,rw /usr 2>/dev/null && echo "remounts what is read-only"
kill -KILL "$prey" 2>/dev/null
echo "$word" > "$own/written"
echo over
`;

/**
 * Runs a hostile program exactly as every command will be run, and says in a sentence why this means does not hold, or null:
 * all was refused, and what is the command's own works.
 */
export async function probeBox(box: Box, { dataDir, files: secrets }: ProbeGround): Promise<string | null> {
  const [own, other] = [randomUUID(), randomUUID()];
  const word = randomUUID();
  // Of the same user as Greenlight, and like it in all that protects a process.
  const prey = spawn("sleep", ["60"], { env: { PATH, WORD: word }, stdio: "ignore" });
  try {
    const dir = await makeChangeDir(dataDir, own);
    const files = await layBait(dataDir, other, word);
    const outside = join(dataDir, `written-${word}`);
    const bait = [...files, ...secrets];
    const found = await capture(box, {
      argv: ["sh", "-c", ATTACK, "sh", String(prey.pid), word, outside, dir.home, ...bait],
      cwd: dir.workspace,
      env: { PATH, HOME: dir.home },
      view: {
        changeId: own,
        readWrite: [dir.workspace, dir.home, dir.terraform],
        readOnly: [],
        stateFile: null,
      },
      deadlineMs: DEADLINE_MS,
      signal: new AbortController().signal,
    });
    if (found.problem !== null) return found.problem;
    const said = found.stdout.split("\n").filter((line) => line !== "");
    const through = said.filter((line) => line !== "over");
    if (await isThere(outside)) await rm(outside, { force: true });
    if (await hasEnded(prey)) through.push("ends Greenlight's processes");
    if (through.length > 0) return `a command in it ${[...new Set(through)].join(", ")}.`;
    const written = await readFile(join(dir.home, "written"), "utf8").catch(() => "");
    if (!said.includes("over") || written.trim() !== word) {
      return `a command in it cannot work: ${found.stderr.trim() || "what it writes into its own home is not there"}.`;
    }
    return null;
  } catch (error) {
    if (error instanceof EnvironmentError) return error.message;
    throw error;
  } finally {
    prey.kill("SIGKILL");
    for (const changeId of [own, other]) await removeChangeDir(dataDir, changeId);
  }
}

/** Files as another change and Greenlight itself have them. */
async function layBait(dataDir: string, other: string, word: string): Promise<string[]> {
  const dir = await makeChangeDir(dataDir, other);
  const files = [join(dir.home, "credentials"), join(dir.workspace, "secret.tf"), join(dir.root, "bait")];
  for (const file of files) await writeFile(file, word, { mode: 0o600 });
  return files;
}

/** Whether it is gone. Node hears of an end later than the kernel knows of it, and a kill takes a moment itself. */
async function hasEnded({ pid = 0, exitCode, signalCode }: ChildProcess): Promise<boolean> {
  await pause(KILL_TAKES_MS);
  return exitCode !== null || signalCode !== null || (await readProcess(pid)) === null;
}
