import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Command, Plan } from "#change/plan.ts";
import type { Bindings } from "#change/preview.ts";
import type { KnownFiles } from "#policy/files.ts";
import { isPrivate } from "#policy/private-files.ts";
import { packagePlaceOf } from "#policy/terraform/module-source.ts";
import type { Read } from "#policy/verdict.ts";
import { holdsErroredState } from "./errored-state.ts";
import { type ChangeDir, makeChangeDir } from "./scratch.ts";
import { joinSnapshots, readWorkspace, type Snapshot, snapshotBelow } from "./snapshot.ts";
import { layOut, verifyLaidOut } from "./snapshot-layout.ts";
import { writtenBy } from "./terraform-files.ts";

/** Where the commands of one change run: a copy of exactly the workspace bytes they may read. */
export type WorkspaceCopy = {
  changeId: string;
  dir: ChangeDir;
  files: KnownFiles;
  bound: Bindings["files"];
};

type Opened = { ok: true; copy: WorkspaceCopy } | { ok: false; reason: string };

/** What a workspace is, to whoever copies of it. `dataDir` may lie inside it and is never read. */
export type WorkspaceDeps = { workspace: string; dataDir: string; openPackage?: OpenPackage };

/** Finds the bytes of a package of modules again that was fetched for a change, by their hash. Null: they are not kept. */
export type OpenPackage = (changeId: string, sha256: string) => Promise<Snapshot | null>;

/** Packages that were fetched, by their place in the copy (`placeOfPackage`). */
export type Packages = ReadonlyMap<string, Snapshot>;

/** Reads the workspace as it is now, and lays out for this change what it reads, with the packages of its modules. */
export async function openCopy(
  deps: WorkspaceDeps,
  changeId: string,
  plan: Plan,
  reads: readonly Read[],
  packages: Packages = new Map(),
): Promise<Opened> {
  const bound = await bindFiles(deps, reads, async (path) => packages.get(path) ?? null);
  return bound.ok ? layOutCopy(deps, changeId, plan, bound, toolsOf(plan)) : bound;
}

/**
 * The copy of an approved change for one of its commands, as it was approved: laid out before and unchanged, or laid
 * out anew from the same bytes.
 */
export async function reopenCopy(
  deps: WorkspaceDeps,
  changeId: string,
  plan: Plan,
  approved: Bindings["files"],
  command: Command,
): Promise<Opened> {
  const bound = await bindApproved(deps, changeId, approved);
  return bound.ok ? layOutCopy(deps, changeId, plan, bound, [command.tool]) : bound;
}

/** The text of approved files, for judging. */
export async function readFiles(
  deps: WorkspaceDeps,
  changeId: string,
  approved: Bindings["files"],
): Promise<{ ok: true; files: KnownFiles } | { ok: false; reason: string }> {
  const bound = await bindApproved(deps, changeId, approved);
  return bound.ok ? { ok: true, files: bound.snapshot.files } : bound;
}

/** Names what of the workspace is not as it was bound, in a sentence, or null. */
export async function whyFilesDiffer(
  deps: WorkspaceDeps,
  changeId: string,
  approved: Bindings["files"],
): Promise<string | null> {
  const bound = await bindApproved(deps, changeId, approved);
  return bound.ok ? null : bound.reason;
}

/** What was read, and the hashes of those very bytes: read twice, somebody may have exchanged them in between. */
type Bound = { ok: true; files: Bindings["files"]; snapshot: Snapshot };

async function bindApproved(
  deps: WorkspaceDeps,
  changeId: string,
  approved: Bindings["files"],
): Promise<Bound | { ok: false; reason: string }> {
  const now = await bindFiles(deps, approved, async (path) => {
    const sha256 = approved.find((file) => file.path === path)?.sha256;
    return sha256 === undefined ? null : ((await deps.openPackage?.(changeId, sha256)) ?? null);
  });
  if (!now.ok) return { ok: false, reason: `The workspace is not as it was approved: ${now.reason}.` };
  const other = approved.find((file, index) => file.sha256 !== now.files[index]?.sha256);
  if (other === undefined) return now;
  const what = other.path === "" ? "The workspace" : `${other.path} in the workspace`;
  return { ok: false, reason: `${what} has changed since the plan was made.` };
}

async function bindFiles(
  deps: WorkspaceDeps,
  reads: readonly Read[],
  findPackage: (path: string) => Promise<Snapshot | null>,
): Promise<Bound | { ok: false; reason: string }> {
  const files: Bindings["files"] = [];
  const snapshots: Snapshot[] = [];
  for (const { path, kind } of reads) {
    const read =
      packagePlaceOf(path) === null
        ? await readWorkspace(deps.workspace, [{ path, kind }], { own: [deps.dataDir] })
        : packageAt(path, await findPackage(path));
    if (!read.ok) return read;
    files.push({ path, kind, sha256: read.snapshot.hash });
    snapshots.push(read.snapshot);
  }
  const joined = joinSnapshots(snapshots);
  return joined.ok ? { ok: true, files, snapshot: joined.snapshot } : joined;
}

function packageAt(
  path: string,
  found: Snapshot | null,
): { ok: true; snapshot: Snapshot } | { ok: false; reason: string } {
  if (found !== null) return { ok: true, snapshot: snapshotBelow(path, found) };
  return { ok: false, reason: `the modules that were fetched for it (${path}) are not kept any more` };
}

type Tool = Command["tool"];

function toolsOf(plan: Plan): Tool[] {
  const commands = plan.plan.flatMap((step): Command[] =>
    step.rollback === null ? [step] : [step, step.rollback],
  );
  return [...new Set(commands.map(({ tool }) => tool))];
}

/**
 * Each tool has a copy of its own. What terraform reads and writes (variables, saved plans, keys) holds secrets in clear
 * text, and `kubectl create configmap --from-file=DIR` would take it along.
 */
async function layOutCopy(
  deps: WorkspaceDeps,
  changeId: string,
  plan: Plan,
  { files: bound, snapshot }: Bound,
  tools: readonly Tool[],
): Promise<Opened> {
  const dir = await makeChangeDir(deps.dataDir, changeId);
  for (const tool of tools) {
    const reason =
      tool === "kubectl" ? await layOutKubectl(snapshot, dir) : await layOutTerraform(snapshot, dir, plan);
    if (reason !== null) return { ok: false, reason };
  }
  const copy = { changeId, dir, files: snapshot.files, bound };
  // A command may run in a directory it reads nothing of.
  for (const step of plan.plan) {
    for (const command of [step, step.rollback ?? step]) {
      if (!tools.includes(command.tool)) continue;
      await mkdir(directoryOf(copy, command), { recursive: true, mode: 0o700 });
    }
  }
  return { ok: true, copy };
}

async function layOutKubectl(snapshot: Snapshot, dir: ChangeDir): Promise<null> {
  const { files } = snapshot;
  const isOpen = (path: string) =>
    packagePlaceOf(path) === null &&
    !isPrivate(path, files.get(path)) &&
    !isPrivate(files.linked?.get(path) ?? path);
  const open = { ...snapshot, entries: snapshot.entries.filter(({ path }) => isOpen(path)) };
  if (!(await verifyLaidOut(open, dir.kubectl))) await layOut(open, dir.kubectl);
  return null;
}

async function layOutTerraform(snapshot: Snapshot, dir: ChangeDir, plan: Plan): Promise<string | null> {
  if (await verifyLaidOut(snapshot, dir.workspace, writtenBy(plan))) return null;
  // Laid out anew, the copy loses what terraform left in it: where nobody could keep it, the only record of what was made.
  if (await holdsErroredState(dir.workspace)) return stateLeft(dir.workspace);
  await layOut(snapshot, dir.workspace);
  return null;
}

function stateLeft(workspace: string): string {
  return `A state that terraform could not store lies below ${workspace} (errored.tfstate), and the copy has to be laid out anew. Push the state with terraform state push and remove the file first.`;
}

/** The directory a command runs in. */
export function directoryOf(copy: WorkspaceCopy, command: Command): string {
  return join(command.tool === "kubectl" ? copy.dir.kubectl : copy.dir.workspace, command.dir);
}
