import { runKubectl } from "./run.ts";

/** The playground's kubectl as a process, started by the script `installKubectl` writes: STATE_FILE, then kubectl's own words. */
const [stateFile = "", ...words] = process.argv.slice(2);

process.exitCode = await runKubectl(stateFile, words, {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  readsFiles: true,
  signal: new AbortController().signal,
});
