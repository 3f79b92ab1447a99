import { constants } from "node:fs";
import { chmod, lchown, lstat, mkdir, open, readdir, readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { EnvironmentError } from "#execution/environment-error.ts";
import { listProcesses } from "#execution/process/processes.ts";
import { makeOwn } from "#execution/workspace/own-files.ts";
import { BOX_UIDS, changeDirOf, isOfBox } from "#execution/workspace/scratch.ts";
import type { Box } from "./box.ts";

const LAUNCHER = fileURLToPath(new URL("./launcher.pl", import.meta.url));

/**
 * Runs each change's commands as a user of its own: for containers, where Greenlight is root and bubblewrap is refused. It
 * needs SETUID, SETGID, CHOWN, KILL and DAC_OVERRIDE, which are among Docker's own. Files, environment, memory and signals
 * are kept apart. The list of processes stays visible, and a daemon may be left.
 */
export function createUserBox(options: { dataDir: string }): Box {
  const { dataDir } = options;
  const users = createUsers(dataDir);
  return {
    means: "user",
    wrap: async ({ argv, cwd, env, view }) => {
      if (view.stateFile !== null) throw new EnvironmentError(NO_STATE_FILE);
      const uid = await users.of(view.changeId);
      // To be passed through, and not to be listed or written: who owns a directory may exchange what lies in it.
      const dir = changeDirOf(dataDir, view.changeId);
      const inside = view.readWrite.map((path) => dirname(path)).filter((path) => path === dir.home);
      for (const path of new Set([join(dataDir, "changes"), dir.root, ...inside])) await chmod(path, 0o711);
      const tmp = await makeOwn(dir.root, "tmp");
      for (const path of [tmp, ...view.readWrite]) await giveTo(path, uid);
      const words = ["uid", String(uid), "run", ...argv];
      return {
        argv: ["/usr/bin/perl", LAUNCHER],
        cwd,
        env: { ...env, TMPDIR: tmp },
        launcher: {
          given: words.map((word) => `${word}\0`).join(""),
          endOf: (report, own) => (report === "" ? own : null),
          whyNotBegun: (report) => `The command was not started: ${report.trim()}.`,
        },
      };
    },
    findLeft: async (changeId) => {
      const uid = await users.find(changeId);
      if (uid === null) return [];
      const all = await listProcesses();
      const owners = await Promise.all(all.map(({ pid }) => ownerOf(pid)));
      return all.filter((_, index) => owners[index] === uid);
    },
  };
}

const NO_STATE_FILE =
  "This Terraform root keeps its state in a file of the workspace. Under GREENLIGHT_BOX=user a command may not write there, because it could write beside the state too. Give the root a backend, or run Greenlight where bubblewrap works.";

/** Which user each change has. A file named for the user says so, made in one step, so that no two changes get the same. */
function createUsers(dataDir: string) {
  const folder = join(dataDir, "users");
  const known = new Map<string, number>();
  const find = async (changeId: string): Promise<number | null> => {
    const uid = known.get(changeId);
    // A change that ended gives its user back; one that is rolled back later may find another change's there.
    if (uid !== undefined && (await holderOf(folder, String(uid))) === changeId) return uid;
    for (const name of await readdir(folder).catch(() => [])) {
      if ((await holderOf(folder, name)) === changeId) return Number(name);
    }
    return null;
  };
  /** One after the other: two commands of a change would take two users. */
  let queue: Promise<unknown> = Promise.resolve();
  return {
    find,
    of: (changeId: string): Promise<number> => {
      const taken = queue.then(async () => {
        const uid = (await find(changeId)) ?? (await take(dataDir, folder, changeId));
        known.set(changeId, uid);
        return uid;
      });
      queue = taken.catch(() => undefined);
      return taken;
    },
  };
}

async function take(dataDir: string, folder: string, changeId: string): Promise<number> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const owners = new Set(await Promise.all((await listProcesses()).map(({ pid }) => ownerOf(pid))));
  for (let uid = BOX_UIDS.first; uid <= BOX_UIDS.last; uid += 1) {
    // Somebody's daemon of a change that is over: it would see what the next one has.
    if (owners.has(uid)) continue;
    const file = join(folder, String(uid));
    const holder = await holderOf(folder, String(uid));
    if (holder !== null && (await isThere(changeDirOf(dataDir, holder).root))) continue;
    if (holder !== null) await rm(file, { force: true });
    try {
      const handle = await open(file, "wx", 0o600);
      await handle.writeFile(changeId).finally(() => handle.close());
      return uid;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
  }
  throw new EnvironmentError(
    `Every user from ${BOX_UIDS.first} to ${BOX_UIDS.last} is taken by a change that still has files in ${join(dataDir, "changes")}.`,
  );
}

/** The change that has this user; null for none, and for a file that another instance is about to write. */
async function holderOf(folder: string, name: string): Promise<string | null> {
  const text = await readFile(join(folder, name), "utf8").catch(() => "");
  return /^[0-9a-f-]{36}$/.test(text) ? text : null;
}

/**
 * Gives a directory and all in it to a user. Each directory is held open while it is gone through, and nothing is followed: a
 * command of the same change could put a link to a file of the machine in its place meanwhile. A file with a second name is
 * left: the other one may be somebody else's.
 */
async function giveTo(directory: string, uid: number): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const { uid: owner } = await handle.stat();
    if (owner !== 0 && owner !== uid && !isOfBox(owner))
      throw new EnvironmentError(`${directory} belongs to user ${owner}, and not to Greenlight.`);
    await handle.chown(uid, uid);
    const here = `/proc/self/fd/${handle.fd}`;
    for (const entry of await readdir(here, { withFileTypes: true })) {
      const path = join(here, entry.name);
      if (entry.isDirectory()) await giveTo(path, uid);
      else if ((await lstat(path)).nlink === 1) await lchown(path, uid, uid);
    }
  } finally {
    await handle.close();
  }
}

async function ownerOf(pid: number): Promise<number | null> {
  return await stat(`/proc/${pid}`).then(
    ({ uid }) => uid,
    () => null,
  );
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
