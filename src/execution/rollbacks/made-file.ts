import { lstat, readdir } from "node:fs/promises";
import type { Command } from "#change/plan.ts";
import type { WorkspaceCopy } from "#execution/workspace/copy.ts";
import { removeOwn, writeOwn } from "#execution/workspace/own-files.ts";
import { changeDirOf } from "#execution/workspace/scratch.ts";
import { isMadeFileName, madeFileOf } from "#policy/kubectl/made.ts";

/** What a rollback that Greenlight made reads. It may hold a secret in clear text. */
export type MadeFile = { name: string; bytes: Buffer };

/** Puts the file where the command reads it, in the copy that kubectl sees. `command` null: it is none that Greenlight made. Returns why not, or null. */
export async function layOutMade(
  copy: WorkspaceCopy,
  command: Command | null,
  file: MadeFile | null,
): Promise<string | null> {
  const named = command === null ? null : madeFileOf(command);
  if (named !== (file?.name ?? null))
    return "What this rollback reads was not made for it, so it was not run.";
  if (file !== null) await writeOwn(copy.dir.kubectl, file.name, file.bytes, 0o600);
  return null;
}

/** Takes the file away again. */
export async function removeMade(
  { dataDir }: { dataDir: string },
  changeId: string,
  { name }: MadeFile,
): Promise<void> {
  const { kubectl } = changeDirOf(dataDir, changeId);
  // Refused before anything was laid out, the change may have no directory here.
  if ((await lstat(kubectl).catch(() => null)) !== null) await removeOwn(kubectl, name);
}

/** Takes away what a crash left of such files on this machine. Only for whoever carries the change, while none of its commands runs. */
export async function removeLeftMade({ dataDir }: { dataDir: string }, changeId: string): Promise<void> {
  const { kubectl } = changeDirOf(dataDir, changeId);
  const names = await readdir(kubectl).catch((): string[] => []);
  for (const name of names.filter(isMadeOrDraft)) await removeOwn(kubectl, name);
}

/** A file, or the draft of one that was being written. */
function isMadeOrDraft(name: string): boolean {
  return isMadeFileName(name) || isMadeFileName(name.replace(/^\.(.*)\.[0-9a-f]+$/, "$1"));
}
