import { readFile } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { EnvironmentError } from "#execution/environment-error.ts";
import { type Box, type Means, noBox } from "./box.ts";
import { createBwrap } from "./bwrap.ts";
import { createLandlockBox } from "./landlock.ts";
import { findSystemPlaces, isThere } from "./places.ts";
import { probeBox } from "./probe.ts";
import { createUserBox } from "./user.ts";

/** What GREENLIGHT_BOX says, and what a box is made for. */
export type BoxRequest = {
  wanted: Means | "auto";
  workspace: string;
  dataDir: string;
  /** What the policy lists under box.read_only and box.ports. */
  readOnly: readonly string[];
  ports: readonly number[];
  /** Whether the database, where approvals are rows, is reached by a socket in the file system. */
  isDatabaseBySocket: boolean;
  /** Whether commands reach something real: then terraform is not run without a box unless that is asked for. */
  isReal: boolean;
  inherited: Readonly<Record<string, string | undefined>>;
};

/** The box, and one line for the start; or why there is none, in a sentence. */
export type OpenedBox = { ok: true; box: Box; line: string } | { ok: false; reason: string };

type Maker = (request: BoxRequest) => Promise<Box | { reason: string }>;

/** The means there are, the strongest first; a further one is added here. */
const MEANS: readonly [means: Means, make: Maker, line: string][] = [
  [
    "bwrap",
    makeBwrap,
    "in a box (bubblewrap): they see their change's own files, what they are given, and the system's programs; the network is open",
  ],
  [
    "user",
    makeUser,
    "as a user of their change's own: they cannot read what Greenlight and other changes keep to themselves; they see the list of processes and what everybody may read; the network is open",
  ],
  [
    "landlock",
    makeLandlock,
    "behind Landlock: they see their change's own files, what they are given, and the system's programs, and connect to the ports 22, 53, 443, 6443, those of their clusters and proxies, and box.ports of the policy",
  ],
];

/** Greenlight's own program: the directory with package.json. */
const PROGRAM = join(import.meta.dirname, "..", "..", "..");

/**
 * Tries the means by running a hostile program in each, and takes the first that holds, or the one that is asked for. None
 * holds: commands run without a box, but terraform against something real does not, because its plan runs code of others.
 */
export async function openBox(request: BoxRequest): Promise<OpenedBox> {
  const { wanted } = request;
  if (wanted === "none") return { ok: true, box: noBox, line: `${WITHOUT}, as GREENLIGHT_BOX says` };
  const tried = MEANS.filter(([means]) => wanted === "auto" || means === wanted);
  const faults: string[] = [];
  for (const [means, make, line] of tried) {
    const made = await make(request);
    const fault =
      "reason" in made
        ? made.reason
        : await probeBox(made, { dataDir: request.dataDir, files: secretsFor(means) });
    if (fault === null && "wrap" in made) return { ok: true, box: made, line };
    faults.push(`${means}: ${fault}`);
  }
  const why = faults.join(" ");
  if (wanted !== "auto") return { ok: false, reason: `GREENLIGHT_BOX: ${why}` };
  if (!request.isReal) return { ok: true, box: noBox, line: `${WITHOUT} (${why})` };
  const box = withoutTerraform(why);
  return { ok: true, box, line: `${WITHOUT}, and terraform is not run (${why} ${ADVICE})` };
}

const WITHOUT = "without a box: they see what Greenlight's user sees";
const ADVICE =
  "Install bubblewrap, or set GREENLIGHT_BOX=none if commands may see all that Greenlight's user sees.";

/** What must not be read: another user reads what everybody may, so of Greenlight's program only its settings are held against it. */
function secretsFor(means: Means): string[] {
  const settings = [join(PROGRAM, ".env"), resolve(".env")];
  return means === "user" ? settings : [...settings, join(PROGRAM, "package.json")];
}

/** kubectl runs the login plugins of its kubeconfig; terraform runs what a root names. */
function withoutTerraform(why: string): Box {
  return {
    ...noBox,
    wrap: async (call) => {
      if (call.argv[0] === "terraform") {
        throw new EnvironmentError(
          `terraform is not run without a box, and there is none here: ${why} ${ADVICE}`,
        );
      }
      return noBox.wrap(call);
    },
  };
}

async function makeBwrap(request: BoxRequest): Promise<Box | { reason: string }> {
  const { dataDir, inherited } = request;
  const bwrap = await findProgram("bwrap", inherited["PATH"] ?? "");
  if (bwrap === null) return { reason: "bubblewrap is not installed." };
  const system = await findSystemPlaces();
  return createBwrap({ bwrap, dataDir, hidden: hiddenFrom(request), required: request.readOnly, system });
}

async function makeUser({ dataDir }: BoxRequest): Promise<Box | { reason: string }> {
  if (process.getuid?.() !== 0) return { reason: "Greenlight is not root." };
  const guard = await readFile("/proc/sys/fs/protected_hardlinks", "utf8").catch(() => "0");
  if (guard.trim() !== "1") return { reason: "fs.protected_hardlinks is not 1." };
  return createUserBox({ dataDir });
}

async function makeLandlock(request: BoxRequest): Promise<Box | { reason: string }> {
  // A socket in the file system is not held, and who connects to it is Greenlight's own user there.
  if (request.isDatabaseBySocket)
    return { reason: "the database is reached by a socket; set DATABASE_URL with a host." };
  const { dataDir, readOnly, ports } = request;
  return createLandlockBox({
    dataDir,
    hidden: hiddenFrom(request),
    system: await findSystemPlaces(),
    readOnly,
    ports,
  });
}

/** Greenlight's own places, and its user's. */
function hiddenFrom({ workspace, dataDir, inherited }: BoxRequest): string[] {
  const own = [resolve("."), inherited["HOME"] ?? "/"].filter((path) => !isSystems(path));
  return [...new Set([PROGRAM, workspace, dataDir, ...own])];
}

/** A user of the system's own may have a home such as /usr/sbin, and be started in the root: hidden, no program would be left. */
function isSystems(path: string): boolean {
  return /^\/(|(usr\/)?(local\/)?(s?bin|lib\w*)|usr|usr\/local|opt|nix|etc)$/.test(path);
}

async function findProgram(name: string, path: string): Promise<string | null> {
  for (const directory of path.split(delimiter).filter((one) => one.startsWith("/"))) {
    if (await isThere(join(directory, name))) return join(directory, name);
  }
  return null;
}
