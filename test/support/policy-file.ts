import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A policy file for one test: the variable that names it, and its removal. */
export async function policyFile(
  text: string,
): Promise<{ env: { GREENLIGHT_POLICY: string }; remove(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), "greenlight-policy-"));
  const file = join(dir, "policy.yml");
  await writeFile(file, text);
  return {
    env: { GREENLIGHT_POLICY: file },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}
