import { lstat, readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { readOwn } from "./own-files.ts";

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

/** Remembers what lies in `dir` now. */
export async function watchErroredState(dir: string): Promise<ErroredState> {
  const file = join(dir, NAME);
  const before = await stampOf(file);
  return {
    handOver: async (keep) => {
      const after = await stampOf(file);
      if (after === null || after === before) return null;
      return handOver(file, keep);
    },
  };
}

/**
 * The same for a terraform nobody watched: what lies in `dir`, whenever that was. No snapshot holds such a file, so it is one
 * of the change's own, and by date it cannot be told from another's: the database's clock dates the row, this machine's the file.
 */
export async function findErroredState(dir: string): Promise<Pick<ErroredState, "handOver">> {
  const file = join(dir, NAME);
  const isThere = (await stampOf(file)) !== null;
  return { handOver: async (keep) => (isThere ? handOver(file, keep) : null) };
}

/** Whether a state that terraform could not store may lie anywhere below: where that cannot be looked at, it may. */
export async function holdsErroredState(below: string): Promise<boolean> {
  try {
    const paths = await readdir(below, { recursive: true });
    return paths.some((path) => basename(path) === NAME);
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ENOENT");
  }
}

async function handOver(file: string, keep: (bytes: Buffer) => Promise<void>): Promise<string> {
  try {
    const bytes = await readOwn(dirname(file), NAME);
    if (bytes === null) throw new Error(`${file} has gone while it was looked at.`);
    await keep(bytes);
    await rm(file);
    return STATE_KEPT;
  } catch {
    return `Terraform could not store its state, and it could not be kept either. It lies in ${file} in clear text: push it from there (terraform state push), nothing else should change this root before.`;
  }
}

async function stampOf(file: string): Promise<string | null> {
  return await lstat(file).then(
    (found) => (found.isFile() ? `${found.ino} ${found.mtimeMs} ${found.size}` : null),
    () => null,
  );
}
