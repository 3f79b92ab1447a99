import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** What terraform leaves in its directory when it could not store its state. */
const NAME = "errored.tfstate";
/** The database's clock dated the row, this machine's the file. */
const CLOCKS_DIFFER_MS = 60_000;

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

/** The same for a terraform nobody watched: what it left in `dir` since then, allowing for clocks that differ. */
export async function findErroredState(dir: string, since: Date): Promise<Pick<ErroredState, "handOver">> {
  const file = join(dir, NAME);
  const found = await stat(file).catch(() => null);
  const isIts = found !== null && found.mtimeMs >= since.getTime() - CLOCKS_DIFFER_MS;
  return { handOver: async (keep) => (isIts ? handOver(file, keep) : null) };
}

async function handOver(file: string, keep: (bytes: Buffer) => Promise<void>): Promise<string> {
  try {
    await keep(await readFile(file));
    await rm(file);
    return "Terraform could not store its state. It is kept, encrypted, until somebody pushes it: nothing else should change this root before.";
  } catch {
    return `Terraform could not store its state, and it could not be kept either. It lies in ${file} in clear text: push it from there (terraform state push), nothing else should change this root before.`;
  }
}

async function stampOf(file: string): Promise<string | null> {
  return await stat(file).then(
    ({ ino, mtimeMs, size }) => `${ino} ${mtimeMs} ${size}`,
    () => null,
  );
}
