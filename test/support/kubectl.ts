import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const PROGRAM = "kubectl";

/** `false`, or the reason to skip a test that runs the real kubectl. */
export function reasonWithoutKubectl(): string | false {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => existsSync(join(folder, PROGRAM))) ? false : "kubectl is not installed";
}

/** Runs the real kubectl without a kubeconfig, so that it reaches no cluster. */
export function runKubectl(
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", KUBECONFIG: "/dev/null" };
  return new Promise((resolve) => {
    execFile(PROGRAM, args, { env, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : 1, stdout, stderr }),
    );
  });
}
