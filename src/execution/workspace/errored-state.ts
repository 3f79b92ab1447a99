import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { lstatOwn, readOwn, removeOwn } from "./own-files.ts";

/** What terraform leaves in its directory when it could not store its state. */
const NAME = "errored.tfstate";

/** What is said of one that was kept: by whoever kept it, and by whoever finds that somebody did and could not say so any more. */
export const STATE_KEPT =
  "Terraform could not store its state. It is kept, encrypted, until somebody pushes it: nothing else should change this root before. Whoever runs Greenlight gets it by `greenlight state` and the id of this change.";

/** Looks for a state that terraform could not store; made before terraform runs, so that an older one is not taken for its own. */
export type ErroredState = {
  /** Hands a new one to `keep` and then removes it from the disk, where it lies in clear text. Says in a sentence what happened to it, or null. */
  handOver(keep: (bytes: Buffer) => Promise<void>): Promise<string | null>;
};

/** Where it may lie: a directory of a change's copy of the workspace. A command may have put a link in its place, and none is followed. */
type Lies = { workspace: string; path: string };

/** Remembers what lies in `directory` of the change's copy now. */
export async function watchErroredState(workspace: string, directory: string): Promise<ErroredState> {
  const lies = { workspace, path: join(directory, NAME) };
  const before = await stampOf(lies);
  return {
    handOver: async (keep) => {
      const after = await stampOf(lies);
      if (after === null || after === before) return null;
      return handOver(lies, keep);
    },
  };
}

/**
 * The same for a terraform nobody watched: what lies there, whenever that was. No snapshot holds such a file, so it is one
 * of the change's own, and by date it cannot be told from another's: the database's clock dates the row, this machine's the file.
 */
export async function findErroredState(
  workspace: string,
  directory: string,
): Promise<Pick<ErroredState, "handOver">> {
  const lies = { workspace, path: join(directory, NAME) };
  const isThere = (await stampOf(lies)) !== null;
  return { handOver: async (keep) => (isThere ? handOver(lies, keep) : null) };
}

/** Whether a state that terraform could not store may lie anywhere below: where that cannot be looked at, it may. */
export async function holdsErroredState(below: string): Promise<boolean> {
  try {
    // With the types, because Node follows links without them: two that lead into their own directory are 2^40 paths.
    const entries = await readdir(below, { recursive: true, withFileTypes: true });
    return entries.some(({ name }) => name === NAME);
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ENOENT");
  }
}

async function handOver({ workspace, path }: Lies, keep: (bytes: Buffer) => Promise<void>): Promise<string> {
  try {
    const bytes = await readOwn(workspace, path);
    if (bytes === null) throw new Error(`${path} has gone while it was looked at.`);
    await keep(bytes);
    await removeOwn(workspace, path);
    return STATE_KEPT;
  } catch {
    return `Terraform could not store its state, and it could not be kept either. It lies in ${join(workspace, path)} in clear text: push it from there (terraform state push), nothing else should change this root before.`;
  }
}

async function stampOf({ workspace, path }: Lies): Promise<string | null> {
  const found = await lstatOwn(workspace, path).catch(() => null);
  return found?.isFile() === true ? `${found.ino} ${found.mtimeMs} ${found.size}` : null;
}
