import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Copies the sample workspace and the sample policy into a data directory and answers where they lie.
 * What is there already stays as it is: a file somebody changed, terraform's state.
 */
export async function copySamples({
  into,
}: {
  into: string;
}): Promise<{ workspace: string; policyFile: string }> {
  const workspace = join(into, "sample-workspace");
  const policyFile = join(into, "sample-policy.yml");
  await mkdir(into, { recursive: true });
  const kept = { recursive: true, force: false, errorOnExist: false } as const;
  await cp(here("sample-workspace"), workspace, kept);
  await cp(here("sample-policy.yml"), policyFile, kept);
  return { workspace, policyFile };
}

function here(name: string): string {
  return fileURLToPath(new URL(`./${name}`, import.meta.url));
}
