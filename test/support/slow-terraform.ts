import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What an apply was told and did, one word a line: `began`, `INT`, `TERM`, `provider lives`, `stored`. */
export type SlowTerraform = { said(): Promise<string[]> };

const SHOWN = {
  format_version: "1.2",
  resource_changes: [{ address: "terraform_data.one", change: { actions: ["create"] } }],
};

/**
 * Puts a terraform into `binDir`, and these roots into the workspace. It plans as the real one does; its apply has a
 * provider, goes on for ever, and at INT takes 1.5 s to store its state.
 */
export async function installSlowTerraform(
  binDir: string,
  workspace: string,
  roots: readonly string[],
): Promise<SlowTerraform> {
  const log = join(binDir, "terraform-said");
  const shown = join(binDir, "terraform-shown.json");
  const script = `#!/bin/sh
say() { echo "$1" >> '${log}'; }
store() {
  say INT
  kill -0 "$provider" && say 'provider lives'
  sleep 1.5
  say stored
  kill -KILL "$provider"
  exit 1
}
case $1 in
  plan) for word in "$@"; do case $word in -out=*) echo 'a plan' > "\${word#-out=}";; esac; done;;
  show) cat '${shown}';;
  workspace) echo default;;
  apply)
    sleep 300 & provider=$!
    trap store INT
    trap 'say TERM' TERM
    say began
    while :; do wait "$provider"; done;;
esac
exit 0
`;
  for (const root of roots) {
    await mkdir(join(workspace, root), { recursive: true });
    await writeFile(join(workspace, root, "main.tf"), 'resource "terraform_data" "one" {}\n');
  }
  await Promise.all([
    writeFile(log, ""),
    writeFile(shown, JSON.stringify(SHOWN)),
    writeFile(join(binDir, "terraform"), script),
  ]);
  await chmod(join(binDir, "terraform"), 0o755);
  return { said: async () => (await readFile(log, "utf8")).split("\n").filter((line) => line !== "") };
}
