import { mkdir } from "node:fs/promises";
import { join, posix } from "node:path";
import type { Command, Plan } from "../change/plan.ts";
import type { Bindings } from "../change/preview.ts";
import type { Policy } from "../policy/document.ts";
import type { Files } from "../policy/files.ts";
import type { Read } from "../policy/verdict.ts";
import { holdsErroredState } from "./errored-state.ts";
import { type ChangeDir, makeChangeDir } from "./scratch.ts";
import { joinSnapshots, readWorkspace, type Snapshot } from "./snapshot.ts";
import { layOut, verifyLaidOut } from "./snapshot-layout.ts";
import { writtenBy } from "./terraform-files.ts";

/** Where the commands of one change run: a copy of exactly the workspace bytes they may read. */
export type Place = {
  changeId: string;
  dir: ChangeDir;
  files: NonNullable<Files>;
  bound: Bindings["files"];
};

type Opened = { ok: true; place: Place } | { ok: false; reason: string };

/** What a workspace is, to whoever copies of it. `dataDir` may lie inside it and is never read. */
export type Ground = { workspace: string; dataDir: string };

/** The text of every workspace file the policy lets commands read, for judging a plan before it is known what it reads. */
export async function readWhole(
  ground: Ground,
  policy: Policy,
): Promise<{ ok: true; files: NonNullable<Files> } | { ok: false; reason: string }> {
  const reads = (policy.directories.length === 0 ? [""] : policy.directories).map(
    (path): Read => ({ path: posix.normalize(path).replace(/^\.$|\/+$/, ""), kind: "tree" }),
  );
  const read = await readWorkspace(ground.workspace, reads, { own: [ground.dataDir] });
  if (read.ok) return { ok: true, files: read.snapshot.files };
  return {
    ok: false,
    reason: `The workspace cannot be read: ${read.reason}. Mend it, or name the directories that count under "directories" in the policy.`,
  };
}

/** Reads the workspace as it is now, and lays out for this change what it reads. */
export async function openPlace(
  ground: Ground,
  changeId: string,
  plan: Plan,
  reads: readonly Read[],
): Promise<Opened> {
  const bound = await bindFiles(ground, reads);
  return bound.ok ? layOutPlace(ground, changeId, plan, bound, writtenBy(plan)) : bound;
}

/**
 * The place of an approved change for one of its commands, as it was approved: laid out before and unchanged, or laid
 * out anew from the same bytes. What terraform wrote there only terraform reads: a saved plan holds secrets in clear
 * text, and `kubectl create configmap --from-file=DIR` would take it along.
 */
export async function reopenPlace(
  ground: Ground,
  changeId: string,
  plan: Plan,
  approved: Bindings["files"],
  command: Command,
): Promise<Opened> {
  const bound = await bindApproved(ground, approved);
  return bound.ok
    ? layOutPlace(ground, changeId, plan, bound, command.tool === "terraform" ? writtenBy(plan) : [])
    : bound;
}

/** The text of approved files, for judging. */
export async function readFiles(
  ground: Ground,
  approved: Bindings["files"],
): Promise<{ ok: true; files: NonNullable<Files> } | { ok: false; reason: string }> {
  const bound = await bindApproved(ground, approved);
  return bound.ok ? { ok: true, files: bound.snapshot.files } : bound;
}

/** Names what of the workspace is not as it was bound, in a sentence, or null. */
export async function whyFilesDiffer(ground: Ground, approved: Bindings["files"]): Promise<string | null> {
  const bound = await bindApproved(ground, approved);
  return bound.ok ? null : bound.reason;
}

/** What was read, and the hashes of those very bytes: read twice, somebody may have exchanged them in between. */
type Bound = { ok: true; files: Bindings["files"]; snapshot: Snapshot };

async function bindApproved(
  ground: Ground,
  approved: Bindings["files"],
): Promise<Bound | { ok: false; reason: string }> {
  const now = await bindFiles(ground, approved);
  if (!now.ok) return { ok: false, reason: `The workspace is not as it was approved: ${now.reason}.` };
  const other = approved.find((file, index) => file.sha256 !== now.files[index]?.sha256);
  if (other === undefined) return now;
  const what = other.path === "" ? "The workspace" : `${other.path} in the workspace`;
  return { ok: false, reason: `${what} has changed since the plan was made.` };
}

async function bindFiles(
  ground: Ground,
  reads: readonly Read[],
): Promise<Bound | { ok: false; reason: string }> {
  const files: Bindings["files"] = [];
  const snapshots: Snapshot[] = [];
  for (const { path, kind } of reads) {
    const read = await readWorkspace(ground.workspace, [{ path, kind }], { own: [ground.dataDir] });
    if (!read.ok) return read;
    files.push({ path, kind, sha256: read.snapshot.hash });
    snapshots.push(read.snapshot);
  }
  const joined = joinSnapshots(snapshots);
  return joined.ok ? { ok: true, files, snapshot: joined.snapshot } : joined;
}

async function layOutPlace(
  ground: Ground,
  changeId: string,
  plan: Plan,
  { files: bound, snapshot }: Bound,
  written: readonly string[],
): Promise<Opened> {
  const dir = await makeChangeDir(ground.dataDir, changeId);
  if (!(await verifyLaidOut(snapshot, dir.workspace, written))) {
    // Laid out anew, the copy loses what terraform left in it: where nobody could keep it, the only record of what was made.
    if (await holdsErroredState(dir.workspace)) return { ok: false, reason: stateLeft(dir.workspace) };
    await layOut(snapshot, dir.workspace);
  }
  // A command may run in a directory it reads nothing of.
  for (const { dir: own, rollback } of plan.plan) {
    for (const path of [own, rollback?.dir ?? own]) {
      await mkdir(join(dir.workspace, path), { recursive: true, mode: 0o700 });
    }
  }
  return { ok: true, place: { changeId, dir, files: snapshot.files, bound } };
}

function stateLeft(workspace: string): string {
  return `A state that terraform could not store lies below ${workspace} (errored.tfstate), and the copy has to be laid out anew. Push the state with terraform state push and remove the file first.`;
}

/** The directory a command runs in. */
export function directoryOf(place: Place, command: Command): string {
  return join(place.dir.workspace, command.dir);
}
