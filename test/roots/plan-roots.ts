import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ModuleHost, startModuleHost } from "#test/support/module-host.ts";
import { makeMirror } from "#test/support/provider/mirror.ts";
import { schemasFor } from "#test/support/provider/schema.ts";
import { makeRoots, type Roots, terraformPlan } from "#test/support/roots.ts";
import { pinned, type Root, readHosted, readRoots } from "./corpus.ts";

/** The corpus, laid out in a workspace, with everything its roots ask for on loopback. */
export type Stage = { roots: Root[]; hands: Roots; host: ModuleHost; close: () => Promise<void> };

/** Lays it out. `terraform` is that part of the policy; without it the defaults hold: no root is trusted. */
export async function openStage(more: Readonly<Record<string, string>> = {}): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "greenlight-corpus-"));
  const hosted = readHosted();
  const host = await startModuleHost(folder, hosted);
  const { roots, shared } = readRoots();
  const packages = [
    ...Object.values(hosted.registry),
    ...Object.values(hosted.git).flatMap((tags) => Object.values(tags)),
  ];
  const texts = [...roots.map(({ files }) => files), shared, ...packages].flatMap((files) =>
    Object.entries(files).flatMap(([path, text]) => (path.endsWith(".tf") ? [text] : [])),
  );
  const mirror = await makeMirror(join(folder, "mirror"), schemasFor(texts));
  const hands = await makeRoots({
    settings: mirror.settings,
    env: host.env,
    terraform: { module_hosts: ["registry.terraform.io", "github.com", "gitlab.com", "app.terraform.io"] },
  });
  await hands.write({ ...shared, ...more });
  for (const root of roots) {
    for (const [path, text] of Object.entries(root.files)) root.files[path] = pinned(text, host, hosted);
    if (root.providers.length > 0)
      root.files[`roots/${root.name}/.terraform.lock.hcl`] = mirror.lockFile(root.providers);
    await hands.write(root.files);
  }
  return {
    roots,
    hands,
    host,
    close: async () => {
      await host.close();
      await hands.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Plans one root for an apply, as a request would; null when it was planned, else why not. */
export async function planRoot(hands: Roots, root: Pick<Root, "name" | "args">): Promise<string | null> {
  const plan = terraformPlan(`roots/${root.name}`, "apply", "-auto-approve", ...root.args);
  const seen = await hands.preview(randomUUID(), plan);
  return seen.ok ? null : seen.reason;
}
