import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** `false`, or the reason to skip a test that runs the real terraform. */
export function reasonWithoutTerraform(): string | false {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => existsSync(join(folder, "terraform")))
    ? false
    : "terraform is not installed";
}

/** What terraform gets of our environment: no settings of this machine, no question of its own to the network. */
export function terraformEnvironment(): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: "/nonexistent",
    TF_CLI_CONFIG_FILE: "/dev/null",
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "1",
  };
}
