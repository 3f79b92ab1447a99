import { lstat, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { holdsErroredState } from "./errored-state.ts";
import { removeTree } from "./remove-tree.ts";

/**
 * The directories of one change: the read-only snapshot; the same for kubectl, without what only terraform may read; the
 * children's home; terraform's data; the pipes that commands print into, which none of them sees.
 */
export type ChangeDir = {
  root: string;
  workspace: string;
  kubectl: string;
  home: string;
  terraform: string;
  output: string;
};

/** The users that changes get where each has one of its own: ordinary users end below, 65533 and 65534 are nobody's. */
export const BOX_UIDS = { first: 40_000, last: 59_999 };

/** Whether a user is one that changes get. */
export function isOfBox(uid: number): boolean {
  return uid >= BOX_UIDS.first && uid <= BOX_UIDS.last;
}

/** A thread's id, and so never a path. */
const CHANGE_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Where a change's directories are. The same data directory gives the same absolute paths on every instance. */
export function changeDirOf(dataDir: string, changeId: string): ChangeDir {
  if (!CHANGE_ID.test(changeId)) throw new Error(`${JSON.stringify(changeId)} is not a change's id.`);
  const root = join(dataDir, "changes", changeId);
  return {
    root,
    workspace: join(root, "workspace"),
    kubectl: join(root, "kubectl"),
    home: join(root, "home"),
    terraform: join(root, "terraform"),
    output: join(root, "output"),
  };
}

/** Makes a change's directories where they are missing, for us alone. Throws when something else lies there. */
export async function makeChangeDir(dataDir: string, changeId: string): Promise<ChangeDir> {
  const dir = changeDirOf(dataDir, changeId);
  await mkdir(dataDir, { recursive: true });
  for (const path of [join(dataDir, "changes"), ...Object.values(dir)]) {
    await makePrivate(path);
  }
  return dir;
}

/**
 * Whether a command of a change may have run on this machine: none does without the change's directory, where its HOME lies.
 * What cannot be told counts as yes.
 */
export async function mayHaveRun(dir: Pick<ChangeDir, "root">): Promise<boolean> {
  return lstat(dir.root).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== "ENOENT",
  );
}

/**
 * Removes all of a change's directories; nothing happens when they are gone. False: a state that terraform could not store
 * lies there, and stays. It may be the only record of what terraform made, where nobody saw how it ended.
 */
export async function removeChangeDir(dataDir: string, changeId: string): Promise<boolean> {
  const { root, workspace, kubectl, home, terraform, output } = changeDirOf(dataDir, changeId);
  const isKept = await holdsErroredState(workspace);
  const boxes = ["tmp", "names", "state-copy"].map((name) => join(root, name));
  for (const path of isKept ? [kubectl, home, terraform, output, ...boxes] : [root]) await removeTree(path);
  return !isKept;
}

/**
 * Removes the directories of changes that ended while nobody could; says which, and where a state had to stay. What is no
 * change's is left alone.
 */
export async function sweepChangeDirs(
  dataDir: string,
  hasEnded: (changeId: string) => Promise<boolean>,
): Promise<{ removed: string[]; kept: string[] }> {
  const names = await readdir(join(dataDir, "changes")).catch((): string[] => []);
  const swept = { removed: [] as string[], kept: [] as string[] };
  for (const name of names.filter((one) => CHANGE_ID.test(one))) {
    if (!(await hasEnded(name))) continue;
    // What cannot be removed (a disk that only reads by now) must not keep Greenlight from starting.
    const isRemoved = await removeChangeDir(dataDir, name).catch(() => null);
    if (isRemoved === true) swept.removed.push(name);
    if (isRemoved === false) swept.kept.push(changeDirOf(dataDir, name).workspace);
  }
  return swept;
}

/** What lies there already must be a directory, ours, and closed to others: somebody could have put a link there. */
async function makePrivate(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  const found = await lstat(path);
  const uid = process.getuid?.();
  // The box that gives each change a user of its own (execution/box/user.ts) lets that user through, and no one list or write.
  const isTheirs = uid === 0 && isOfBox(found.uid);
  const isOurs = uid === undefined || ((found.uid === uid || isTheirs) && (found.mode & 0o066) === 0);
  if (!found.isDirectory() || !isOurs) {
    throw new Error(`${path} is not a directory that only Greenlight's user can enter. Remove it.`);
  }
}
