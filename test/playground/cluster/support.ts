import { type ExecFileException, execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installKubectl } from "#playground/cluster/install.ts";
import { runKubectl } from "#playground/cluster/run.ts";

/** How one call of kubectl ended. */
export type Result = { out: string; err: string; code: number; tookMs: number };
/** A fresh cluster in a directory of its own, and the kubectl that works on it. */
export type TestCluster = {
  dir: string;
  stateFile: string;
  /** The shim as a child process, with an empty environment. */
  kubectl(...args: string[]): Promise<Result>;
  /** The same program without the child, for tests of many lines. */
  inProcess(...args: string[]): Promise<Result>;
  close(): Promise<void>;
};

/** Installs the shim into a new directory whose name a shell would trip over. */
export async function startCluster(): Promise<TestCluster> {
  const dir = await mkdtemp(join(tmpdir(), "green light's-"));
  const binDir = join(dir, "bin");
  const stateFile = join(dir, "cluster.json");
  await installKubectl({ binDir, stateFile, node: process.execPath });
  return {
    dir,
    stateFile,
    kubectl: (...args) => call(join(binDir, "kubectl"), args, dir),
    inProcess: (...args) => callInProcess(stateFile, args),
    close: () => rm(dir, { recursive: true, force: true }),
  };
}

async function callInProcess(stateFile: string, args: string[]): Promise<Result> {
  const from = performance.now();
  const result = { out: "", err: "" };
  const code = await runKubectl(stateFile, args, {
    out: (text) => {
      result.out += text;
    },
    err: (text) => {
      result.err += text;
    },
    readsFiles: true,
    signal: new AbortController().signal,
  });
  return { ...result, code, tookMs: performance.now() - from };
}

function call(file: string, args: string[], cwd: string): Promise<Result> {
  const from = performance.now();
  return new Promise((resolve) => {
    execFile(file, args, { env: {}, cwd, timeout: 20_000 }, (error: ExecFileException | null, out, err) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ out, err, code, tookMs: performance.now() - from });
    });
  });
}
