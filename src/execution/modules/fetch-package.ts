import { mkdtemp, realpath, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import {
  type Content,
  readWorkspace,
  type Snapshot,
  sha256Of,
  snapshotOfBytes,
} from "#execution/workspace/snapshot.ts";
import { nameOfPackage, type Package } from "#policy/terraform/module-source.ts";
import { readArchive, tooLarge } from "./archive.ts";
import { fetchGit, type RunGit } from "./git.ts";
import { askHttps, type Https } from "./https.ts";
import { MAX_PACKAGE_BYTES, MAX_PACKAGE_FILES } from "./package-bytes.ts";
import { findInRegistry, tokenFor } from "./registry.ts";

/** A package's bytes, and in words which version they are. */
export type FetchedPackage = { ok: true; snapshot: Snapshot; what: string } | { ok: false; reason: string };

/** What fetching needs: where to ask, git, and a directory of the change for what git writes. */
export type FetchNeeds = { https: Https; git: RunGit; scratch: string };

/**
 * Fetches one package that something pins. Nothing of it runs, nothing it names is fetched with it, and every address on
 * the way is on the list of hosts. What was fetched is in memory alone: what git leaves on disk goes, and nobody reads it.
 */
export async function fetchPackage(needs: FetchNeeds, wanted: Package): Promise<FetchedPackage> {
  const found = await fetchFrom(needs, wanted);
  return found.ok
    ? found
    : { ok: false, reason: `The module ${nameOfPackage(wanted)} cannot be used: ${found.reason}.` };
}

async function fetchFrom(needs: FetchNeeds, wanted: Package): Promise<FetchedPackage> {
  if (wanted.kind === "git") return fetchRepository(needs, wanted, "");
  if (wanted.kind === "archive") return fetchArchive(needs, wanted, "");
  const { https } = needs;
  const where = await findInRegistry(https, wanted, tokenFor(wanted.host, https.env));
  if (!where.ok) return where;
  const { package: real, sub } = where;
  if (real.kind === "git") return fetchRepository(needs, real, sub);
  return real.kind === "archive"
    ? fetchArchive(needs, real, sub)
    : { ok: false, reason: "it leads to itself" };
}

async function fetchArchive(
  { https }: FetchNeeds,
  wanted: Extract<Package, { kind: "archive" }>,
  sub: string,
): Promise<FetchedPackage> {
  const answer = await askHttps(https, wanted.url, { maxBytes: MAX_PACKAGE_BYTES });
  if (!answer.ok) return answer;
  if (answer.status !== 200)
    return { ok: false, reason: `${answer.url.host} answers with status ${answer.status}` };
  const sha256 = sha256Of(answer.body);
  if (wanted.sha256 !== "" && sha256 !== wanted.sha256)
    return { ok: false, reason: `its archive has the checksum sha256:${sha256}, which is another one` };
  const read = await readArchive(answer.body, wanted.format, sub);
  return read.ok ? { ...read, what: `an archive of ${wanted.host}, sha256 ${sha256}` } : read;
}

async function fetchRepository(
  { https, git, scratch }: FetchNeeds,
  wanted: Extract<Package, { kind: "git" }>,
  sub: string,
): Promise<FetchedPackage> {
  if (!https.hosts.includes(wanted.host)) {
    const reason = `it is had from ${wanted.host}, and the policy's terraform.module_hosts does not list that`;
    return { ok: false, reason };
  }
  const into = await mkdtemp(join(scratch, "fetch-"));
  try {
    const fetched = await fetchGit(git, wanted, into, https.env);
    if (!fetched.ok) return fetched;
    // git wrote there, and what it fetched is nobody's friend: a link in its place would have us read what the box hides.
    const expected = join(await realpath(scratch), basename(into), basename(fetched.directory));
    if ((await realpath(fetched.directory)) !== expected) {
      return { ok: false, reason: `${fetched.directory} is not where git was told to put it` };
    }
    const read = await readWorkspace(fetched.directory, [{ path: sub, kind: "tree" }], {
      maxFiles: MAX_PACKAGE_FILES,
      maxBytes: MAX_PACKAGE_BYTES,
    });
    if (!read.ok) return read;
    const left = [...read.snapshot.leftOut.values()];
    if (left.some(({ cause }) => cause === "much")) return { ok: false, reason: tooLarge() };
    return {
      ok: true,
      snapshot: under(read.snapshot, sub),
      what: `commit ${fetched.commit} of ${wanted.host}`,
    };
  } finally {
    await rm(into, { recursive: true, force: true });
  }
}

/** What lies in a directory of a snapshot, by the paths below it. Of what was left out there (a link that leaves it) nothing is told. */
function under({ entries, bytes }: Snapshot, sub: string): Snapshot {
  const start = sub === "" ? "" : `${sub}/`;
  const inner = entries.filter(({ path }) => path.startsWith(start));
  return snapshotOfBytes(
    new Map(
      inner.map(({ path, executable }): [string, Content] => [
        path.slice(start.length),
        { executable, bytes: bytes.get(path) ?? Buffer.alloc(0) },
      ]),
    ),
  );
}
