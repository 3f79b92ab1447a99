// A process that runs one command of a change as Greenlight does, for tests that kill it: `node spawn-and-wait.ts SETTINGS`,
// a JSON of what runs where. Prints the place of the command, then its lines.

import type { Means } from "#execution/box/box.ts";
import { makeOutputPipes } from "#execution/process/output-pipe.ts";
import { stopTerraform } from "#execution/process/process-group.ts";
import { runCommand } from "#execution/process/run-command.ts";
import { makeChangeDir } from "#execution/workspace/scratch.ts";
import { boxOf } from "#test/execution/box/means.ts";

/** What is run. */
export type Settings = { means: Means; dataDir: string; changeId: string; script: string };

const settings: Settings = JSON.parse(process.argv[2] ?? "{}");
const { dataDir, changeId } = settings;
const dir = await makeChangeDir(dataDir, changeId);
const box = await boxOf(settings.means, dataDir);
const boxed = await box.wrap({
  argv: ["sh", "-c", settings.script],
  cwd: dir.workspace,
  env: {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: dir.home,
    TF_DATA_DIR: dir.terraform,
    TF_CLI_CONFIG_FILE: "/dev/null",
    CHECKPOINT_DISABLE: "1",
  },
  view: { changeId, readWrite: [dir.workspace, dir.home, dir.terraform], readOnly: [], stateFile: null },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
await runCommand({
  boxed: { ...boxed, output: await makeOutputPipes(dir.output, "1-1-forward-1") },
  deadlineMs: 120_000,
  stop: stopTerraform(30),
  signal: new AbortController().signal,
  onStarted: async (place) => say(JSON.stringify(place)),
  onLine: (_, line) => say(line.text),
});
say("ended");
