import { randomBytes } from "node:crypto";
import { chmod, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { Binaries } from "./binaries.ts";
import { type Home, makePrivate } from "./home.ts";

/** The database user that owns everything in the embedded cluster. */
export const DATABASE_USER = "greenlight";

/** initdb takes about a second; a slow disk may need many. */
const INITDB_TIMEOUT_MS = 120_000;

/** Files that say who may connect, outside the data so that only we write them. */
export type Access = { hba: string; ident: string; password: { text: string; file: string } | null };

/** Makes the cluster on the first start. It gets its name only when complete, so a start killed half-way leaves no half cluster. */
export async function ensureCluster(home: Home, binaries: Binaries, access: Access): Promise<void> {
  if ((await stat(join(home.data, "PG_VERSION")).catch(() => null)) !== null) return;
  const draft = `${home.data}.new`;
  await makePrivate(draft, home.owner);
  const args = ["-D", draft, "-U", DATABASE_USER, "--encoding=UTF8", "--no-locale", "--no-instructions"];
  // Who may connect is said at every start by our own files; what initdb writes is never read.
  args.push("--auth-local=reject", "--auth-host=reject");
  if (access.password !== null) args.push(`--pwfile=${access.password.file}`);
  const result = await execa(binaries.program("initdb"), args, {
    ...home.owner,
    all: true,
    cleanup: false,
    cwd: home.directory,
    env: binaries.env,
    extendEnv: false,
    reject: false,
    timeout: INITDB_TIMEOUT_MS,
  });
  if (result.failed) {
    throw new Error(
      `PostgreSQL's initdb failed in ${draft}: ${result.all || result.shortMessage}${hintOf(result.code)}`,
      { cause: result },
    );
  }
  await rm(home.data, { recursive: true, force: true });
  await rename(draft, home.data);
}

/**
 * Says who may connect: over the socket the operating system's user that we are and nobody else (peer), whose database
 * user is `greenlight`. On Windows, which has no such socket here, a password over 127.0.0.1.
 */
export async function writeAccess(home: Home): Promise<Access> {
  const hba = join(home.directory, "pg_hba.conf");
  const ident = join(home.directory, "pg_ident.conf");
  if (process.platform === "win32") {
    await writeReadable(hba, "host all all 127.0.0.1/32 scram-sha-256\n");
    await writeReadable(ident, "");
    return { hba, ident, password: await keptPassword(join(home.directory, "password")) };
  }
  await writeReadable(hba, "local all all peer map=greenlight\n");
  await writeReadable(ident, `greenlight "${userInfo().username}" ${DATABASE_USER}\n`);
  return { hba, ident, password: null };
}

/** Writes a file that the server's user can read whatever our umask is; it holds no secret. */
async function writeReadable(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  await chmod(path, 0o644);
}

async function keptPassword(file: string): Promise<{ text: string; file: string }> {
  const kept = await readFile(file, "utf8").catch(() => null);
  if (kept !== null) return { text: kept, file };
  const text = randomBytes(24).toString("base64url");
  await writeFile(file, text, { mode: 0o600 });
  return { text, file };
}

/** A spawn that finds an existing program "not there" misses the C library it was linked against. */
export function hintOf(code: unknown): string {
  return code === "ENOENT"
    ? " (its binaries need glibc: on Alpine and other musl systems set DATABASE_URL instead)"
    : "";
}
