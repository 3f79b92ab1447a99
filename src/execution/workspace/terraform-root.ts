import { join, posix, relative } from "node:path";
import { withFolded } from "#change/folded.ts";
import type { Captured } from "#execution/process/capture.ts";
import { tellTerraform } from "#execution/reasons/tell.ts";
import { type Backend, backendOf } from "#policy/terraform/backend.ts";
import { manifestOf } from "#policy/terraform/module-manifest.ts";
import { UnclearError } from "#policy/terraform/tokens.ts";
import type { Redact } from "#redact/redact.ts";
import type { WorkspaceCopy, WorkspaceDeps } from "./copy.ts";
import { besideState, localState, readyLocalState } from "./local-state.ts";
import { makeOwn, readOwn, removeOwn, writeOwn } from "./own-files.ts";
import { sha256Of } from "./snapshot.ts";
import { OVERRIDE_FILE } from "./terraform-files.ts";

/** Below TF_DATA_DIR: where terraform looks for its list of modules, and what says that its init is done. */
const MANIFEST = join("modules", "modules.json");
const READY = "greenlight-ready";

/**
 * Gets a terraform root ready in a change's copy: its own data directory, its state where the workspace keeps it, its
 * fetched modules where the copy has them, and `terraform init` run by the program. Once per change and root, and again
 * when its modules are others. Returns why not, or null.
 */
export async function prepareRoot(
  deps: WorkspaceDeps,
  {
    copy,
    root,
    hosts,
    redact,
  }: {
    copy: WorkspaceCopy;
    root: string;
    hosts: readonly string[];
    redact: Redact;
  },
  terraform: (args: readonly string[]) => Promise<Captured>,
  makesWorkspace = false,
): Promise<string | null> {
  const backend = readBackend(copy, root);
  if (backend === null)
    return `${where(root)} cannot be read for sure, so nobody can say where its state is kept`;
  if (backend === "local") {
    return `${where(root)} keeps its state in a local file of its own naming. Leave the backend block out, or name a remote one`;
  }
  const override = posix.join(root, OVERRIDE_FILE);
  if (copy.files.has(override))
    return `${override} in the workspace has a name that Greenlight writes itself. Rename it`;
  const manifest = manifestOf(copy.files, root, hosts);
  if (manifest === "too many") return `${where(root)} calls more modules than can be listed`;
  const own = relative(copy.dir.terraform, dataDirOf(copy, root));
  await makeOwn(copy.dir.terraform, own);
  // Neither only once: a copy that was laid out anew has lost the first, and terraform itself may have rewritten the second.
  if (backend === "unsaid") {
    const fault = await readyLocalState(deps.workspace, root, makesWorkspace);
    if (fault !== null) return fault;
    await keepStateInWorkspace(deps, copy, root);
  } else {
    // A copy that holds this file counts as unchanged, because Greenlight writes it: here a command of the change has.
    await removeOwn(copy.dir.workspace, join(root, OVERRIDE_FILE));
  }
  const list = manifest === null ? "" : JSON.stringify(manifest);
  if (manifest !== null) await writeOwn(copy.dir.terraform, join(own, MANIFEST), list, 0o600);
  const ready = join(own, READY);
  const made = sha256Of(Buffer.from(list));
  if ((await readOwn(copy.dir.terraform, ready))?.toString("utf8") === made) return null;
  // The modules are there, as they were judged: none is fetched, whatever a registry says by now.
  const flags = manifest === null ? [] : ["-get=false"];
  const found = await terraform(["init", "-input=false", "-no-color", "-lockfile=readonly", ...flags]);
  if (found.exitCode === 0) {
    await writeOwn(copy.dir.terraform, ready, made, 0o600);
    return null;
  }
  const { why, words } = tellTerraform(found, redact);
  return withFolded(`terraform init in ${where(root)} failed. ${why}`, "terraform", words);
}

/** A root the policy trusts may hold files that are not clear. */
function readBackend(copy: WorkspaceCopy, root: string): Backend | null {
  try {
    return backendOf(copy.files, root);
  } catch (error) {
    if (error instanceof UnclearError) return null;
    throw error;
  }
}

/** Where terraform keeps a root's plugins and backend for this change (TF_DATA_DIR). */
export function dataDirOf(copy: WorkspaceCopy, root: string): string {
  return join(copy.dir.terraform, Buffer.from(root).toString("base64url") || "root");
}

/** The state of a root without a backend, where the workspace keeps it; null: the root names where its state is kept. */
export function stateFileOf(deps: WorkspaceDeps, copy: WorkspaceCopy, root: string): string | null {
  return readBackend(copy, root) === "unsaid" ? localState(deps.workspace, root) : null;
}

/**
 * A root without a backend keeps its state in a file beside it. Terraform writes that file anew, so a link would be
 * replaced by a file in the copy and the state lost with it (measured, 1.11.4): an override names the real path.
 */
async function keepStateInWorkspace(deps: WorkspaceDeps, copy: WorkspaceCopy, root: string): Promise<void> {
  const state = localState(deps.workspace, root);
  const text = [
    "terraform {",
    '  backend "local" {',
    `    path          = ${quoted(state)}`,
    `    workspace_dir = ${quoted(besideState(state).workspaces)}`,
    "  }",
    "}",
    "",
  ].join("\n");
  await writeOwn(copy.dir.workspace, join(root, OVERRIDE_FILE), text, 0o400);
}

/** A string as HCL reads it: `${` and `%{` would begin a template. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll("${", "$${").replaceAll("%{", "%%{");
}

function where(root: string): string {
  return root === "" ? "the workspace's root" : root;
}
