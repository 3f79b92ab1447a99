import { createHash } from "node:crypto";
import { chmod, chown, lstat, mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The unprivileged user that PostgreSQL runs as when we are root, which it refuses. An id without a name fails in initdb. */
const NOBODY = 65_534;

/** Where root keeps clusters: reachable for `nobody`, which a project inside /root (mode 0700) is not. */
const ROOT_PLACES = ["/var/lib/greenlight", "/tmp/greenlight-root"];

/** A socket's path holds 107 bytes on Linux and 103 on macOS, of which PostgreSQL needs "/.s.PGSQL.5432". */
const MAX_SOCKET_DIRECTORY_BYTES = 103 - "/.s.PGSQL.5432".length;

/** Where one embedded cluster lives, and as whom its server runs. */
export type Home = {
  /** Ours alone to write: lists of who may connect, library links, the server's log. */
  directory: string;
  /** The server's own: its data. */
  data: string;
  /** Root's copies of the binaries go here; null when the package itself is used. */
  copies: string | null;
  /** Set when the server must run as somebody else. */
  owner: { uid: number; gid: number } | null;
};

/** Finds, and makes where needed, the home of the cluster that belongs to `dataDir`. The same directory has the same home. */
export async function openHome(dataDir: string): Promise<Home> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const isRoot = process.getuid?.() === 0;
  if (!isRoot) {
    const directory = join(dataDir, "postgres");
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return { directory, data: join(directory, "data"), copies: null, owner: null };
  }
  const name = createHash("sha256")
    .update(await realpath(dataDir))
    .digest("hex")
    .slice(0, 16);
  const place = await rootPlace(name);
  const directory = join(place, name);
  await makeRootDirectory(directory);
  return { directory, data: join(directory, "data"), copies: place, owner: { uid: NOBODY, gid: NOBODY } };
}

/** Makes an empty directory that only the server's user may enter, in place of whatever was there. */
export async function makePrivate(path: string, owner: Home["owner"]): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { mode: 0o700 });
  await chmod(path, 0o700);
  if (owner !== null) await chown(path, owner.uid, owner.gid);
}

/** Makes the directory of the server's socket: beside the data, or under a short name when that path is too long for a socket. */
export async function makeSocketDirectory(home: Home): Promise<string> {
  const beside = join(home.directory, "socket");
  if (Buffer.byteLength(beside) <= MAX_SOCKET_DIRECTORY_BYTES) {
    await makePrivate(beside, home.owner);
    return beside;
  }
  const short = Buffer.byteLength(tmpdir()) < MAX_SOCKET_DIRECTORY_BYTES / 2 ? tmpdir() : "/tmp";
  return await mkdtemp(join(short, "greenlight-"));
}

/** The first place that holds this cluster already; else the first one that can be written. */
async function rootPlace(name: string): Promise<string> {
  for (const place of ROOT_PLACES) if (await exists(join(place, name))) return await checked(place);
  const refusals: string[] = [];
  for (const place of ROOT_PLACES) {
    try {
      await makeRootDirectory(place);
      return place;
    } catch (error) {
      refusals.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(
    `PostgreSQL refuses to run as root, so its files must lie where the user nobody can reach them, and that failed: ${refusals.join("; ")}. Run Greenlight as an ordinary user, or set DATABASE_URL.`,
  );
}

async function makeRootDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o755 });
  await checked(path);
  // The umask may have closed it to the server's user.
  await chmod(path, 0o755);
}

/** Root runs what lies here, so nobody else may have been able to put it there. */
async function checked(path: string): Promise<string> {
  const stat = await lstat(path);
  if (!stat.isDirectory() || stat.uid !== 0 || (stat.mode & 0o022) !== 0) {
    throw new Error(`${path} is not a directory that only root can write`);
  }
  return path;
}

async function exists(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}
