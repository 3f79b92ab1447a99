import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { EnvironmentError } from "#execution/environment-error.ts";
import { makeOwn, readOwn, writeOwn } from "./own-files.ts";
import type { Snapshot, SnapshotEntry } from "./snapshot.ts";
import { readWorkspace, sha256Of } from "./snapshot.ts";

/** What a home is made of. */
export type HomeOptions = {
  /** The change's directory of homes. */
  under: string;
  environment: string | null;
  program: string;
  /** The bot's own home, and the paths below it that are copied. */
  botHome: string | null;
  paths: readonly string[];
  dataDir: string;
  /** Content of the in-cluster kubeconfig. */
  inCluster: string | null;
};

const MAX_BYTES = 10 * 1_024 * 1_024;
const MAX_FILES = 1_000;

/**
 * Makes the home of one change's commands of one program in one environment: copies, read-only, of what the policy lists. The path is
 * the same each time, since terraform writes paths into plans. Files that are as they should be are left alone, so that
 * a command that runs meanwhile keeps its own. Throws one sentence for people when something listed is not to be had.
 */
export async function makeHome(options: HomeOptions): Promise<{ home: string; inCluster: string | null }> {
  const { environment, program } = options;
  // Two environments of one change do not share a home: each holds its own credentials. Nor do two programs: a provider that
  // runs while something is planned could write what an approved kubectl takes for its memory of the cluster.
  const name = createHash("sha256")
    .update(JSON.stringify([environment, program]))
    .digest("hex")
    .slice(0, 16);
  await mkdir(options.under, { recursive: true, mode: 0o700 });
  const home = join(options.under, name);
  await makeOwn(options.under, name);
  const putHere = (entry: SnapshotEntry, bytes: Buffer) =>
    put(options.under, { ...entry, path: join(name, entry.path) }, bytes);
  for (const { entry, bytes } of await listedFiles(options)) await putHere(entry, bytes);
  if (options.inCluster === null) return { home, inCluster: null };
  const bytes = Buffer.from(options.inCluster);
  const entry = { path: ".kube/in-cluster.json", sha256: sha256Of(bytes), executable: false };
  await putHere(entry, bytes);
  return { home, inCluster: join(home, entry.path) };
}

async function listedFiles(options: HomeOptions): Promise<{ entry: SnapshotEntry; bytes: Buffer }[]> {
  if (options.paths.length === 0) return [];
  const listed = `home_paths of the environment ${options.environment}`;
  if (options.botHome === null)
    throw new EnvironmentError(`The policy lists ${listed}, but Greenlight has no HOME.`);
  const read = await readWorkspace(
    options.botHome,
    options.paths.map((path) => ({ path: path.replace(/\/+$/, ""), kind: "tree" as const })),
    { own: [options.dataDir], maxBytes: MAX_BYTES, maxFiles: MAX_FILES },
  );
  const missing = read.ok ? whyNotWhole(read.snapshot) : read.reason;
  if (!read.ok || missing !== null) {
    throw new EnvironmentError(
      `The ${listed} cannot be given to commands: ${missing} (looked for in ${options.botHome}). Put it there, or take it out of the policy.`,
    );
  }
  const { entries, bytes } = read.snapshot;
  return entries.map((entry) => ({ entry, bytes: bytes.get(entry.path) ?? Buffer.alloc(0) }));
}

/** A login that is left out would be missed only by whoever it is asked of, in words that say nothing of it. */
function whyNotWhole({ leftOut }: Snapshot): string | null {
  const [first] = [...leftOut].filter(([, { cause }]) => cause !== "ours");
  return first === undefined ? null : `${first[0]} ${first[1].reason}`;
}

/** What is as it should be is left alone. A command of the change could have put a link there: none is followed. */
async function put(under: string, { path, sha256, executable }: SnapshotEntry, bytes: Buffer): Promise<void> {
  const mode = executable ? 0o500 : 0o400;
  const there = await readOwn(under, path).catch(() => null);
  if (there === null || sha256Of(there) !== sha256) await writeOwn(under, path, bytes, mode);
}
