import { constants } from "node:fs";
import { cp, lstat, mkdir, mkdtemp, open, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

const STATE_FILE = "terraform.tfstate";

/** Where a root without a backend keeps its state: beside its files, in the workspace. */
export function localState(workspace: string, root: string): string {
  return join(workspace, root, STATE_FILE);
}

/** The directory of the other workspaces beside such a state, and what terraform keeps of the state before. */
export function besideState(stateFile: string): { workspaces: string; backup: string } {
  return { workspaces: `${stateFile}.d`, backup: `${stateFile}.backup` };
}

/**
 * Makes the files that terraform is to write in the workspace, empty, because a box shows them one by one: the state, its
 * backup where the state holds something, and the directory of workspaces when one is to be made. Says why not, or null: a
 * link would show a command what it leads to.
 */
export async function readyLocalState(
  workspace: string,
  root: string,
  makesWorkspace: boolean,
): Promise<string | null> {
  const file = localState(workspace, root);
  const { workspaces, backup } = besideState(file);
  const real = join(await realpath(workspace), root);
  if ((await realpath(dirname(file)).catch(() => "")) !== real.replace(/\/+$/, "")) {
    return `${root || "the workspace's root"} is no directory of the workspace itself, and its state would be kept there`;
  }
  try {
    const size = await ready(file);
    if (size > 0) await ready(backup);
    if (makesWorkspace) await mkdir(workspaces, { recursive: true });
  } catch (error) {
    return `its state is kept in ${file}, which cannot be written: ${error instanceof Error ? error.message : String(error)}`;
  }
  const kinds = await Promise.all([file, backup, workspaces].map((path) => lstat(path).catch(() => null)));
  const isPlain = kinds.every(
    (kind, index) => kind === null || (index === 2 ? kind.isDirectory() : kind.isFile()),
  );
  return isPlain ? null : `${file}, its backup or its directory of workspaces is a link or no plain file`;
}

/**
 * Copies a state, with what there is beside it, into a directory below `into`, in place of the copy before: for commands that
 * only read. Terraform opens a state for writing even then, for its lock. Returns where the copies lie, by their names.
 */
export async function copyState(paths: readonly string[], into: string): Promise<string> {
  const copy = join(into, "state-copy");
  const draft = await mkdtemp(`${copy}-`);
  for (const path of paths) await cp(path, join(draft, basename(path)), { recursive: true });
  await rm(copy, { recursive: true, force: true });
  await rename(draft, copy);
  return copy;
}

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;

/** Makes a file where there is none; returns its size. */
async function ready(file: string): Promise<number> {
  const handle = await open(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
  try {
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}
