import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const PROGRAM = "terraform";

/** `false`, or the reason to skip a test that runs the real terraform. */
export function reasonWithoutTerraform(): string | false {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => existsSync(join(folder, PROGRAM))) ? false : "terraform is not installed";
}

/** Runs the real terraform in a directory, with no settings of this machine and no question of its own to the network. */
export function runTerraform(
  cwd: string,
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: "/nonexistent",
    TF_CLI_CONFIG_FILE: "/dev/null",
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "1",
  };
  return new Promise((resolve) => {
    execFile(PROGRAM, args, { cwd, env, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : 1, stdout, stderr }),
    );
  });
}
