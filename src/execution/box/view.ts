import { readFile, realpath, stat } from "node:fs/promises";
import { basename, delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { filesNamedBy } from "#policy/kubectl/kubeconfig-files.ts";
import { realPlaces } from "./places.ts";

/** What every command may see beside its change's own: of the playground, its cluster and the program that works on it. */
export type Sees = { readOnly: readonly string[]; readWrite: readonly string[] };

export const SEES_NOTHING: Sees = { readOnly: [], readWrite: [] };

/** Directories that no variable and no PATH opens as a whole: they hold more than programs and credentials. */
const TOO_WIDE = /^\/[^/]*$/;
/** Variables that name a directory of credentials or settings, and not a file. */
const NAMES_DIRECTORY = /(_DIR|_DIRECTORY|_HOME|_CACHE|^CLOUDSDK_CONFIG)$/;

/** What lies in the data directory: keys, database, and other changes. A kubeconfig may lie beside them. */
const OWN_DATA = ["encryption.key", "postgres", "changes", "users"];
/** Settings with secrets: Greenlight's own are in such a file. */
const SETTINGS = /^\.env(\.|$)/;

/**
 * The files and directories that a command's environment names: its programs, its kubeconfig files with the certificates and
 * login plugins those name, and what the given variables name (`given` are their names). What is not there is left out, and so is what Greenlight keeps to itself: whoever made a kubeconfig
 * chose what it names.
 */
export async function namedByEnvironment(
  env: Readonly<Record<string, string>>,
  given: readonly string[],
  { botHome, dataDir }: { botHome: string | null; dataDir: string },
): Promise<string[]> {
  const homes = botHome === null ? [] : [resolve(botHome), ...(await realPlaces([botHome]))];
  const isWide = (path: string): boolean => TOO_WIDE.test(path) || homes.includes(path);
  const [programs, configs, variables] = await Promise.all([
    programPlaces(env["PATH"] ?? "", isWide),
    kubeconfigFiles(env["KUBECONFIG"] ?? ""),
    Promise.all(given.map((name) => namedByVariable(name, env[name] ?? "", isWide))),
  ]);
  const named = [...new Set([...programs, ...configs, ...variables.flat()])];
  const own = await realPlaces([dataDir, ...OWN_DATA.map((name) => join(dataDir, name))]);
  const isOpen = await Promise.all(named.map((path) => isNotOwn(path, own)));
  return named.filter((_, index) => isOpen[index]);
}

async function isNotOwn(path: string, [dataDir = "", ...inside]: readonly string[]): Promise<boolean> {
  const real = await realpath(path).catch(() => path);
  return (
    real !== dataDir &&
    !SETTINGS.test(basename(real)) &&
    !inside.some((own) => `${real}/`.startsWith(`${own}/`))
  );
}

/** Where kubectl and terraform lie: the directory in the PATH, with the login plugins in it, and where a link leads. */
async function programPlaces(path: string, isWide: (path: string) => boolean): Promise<string[]> {
  const directories = path.split(delimiter).filter(isAbsolute);
  const found = await Promise.all(
    ["kubectl", "terraform"].map(async (program) => {
      for (const directory of directories) {
        const file = join(directory, program);
        const real = await realpath(file).catch(() => null);
        if (real !== null) return [file, real].map((one) => (isWide(dirname(one)) ? one : dirname(one)));
      }
      return [];
    }),
  );
  return found.flat();
}

async function kubeconfigFiles(list: string): Promise<string[]> {
  const files = list.split(delimiter).filter(isAbsolute);
  const named = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(file, "utf8").catch(() => null);
      const beside = text === null ? [] : filesNamedBy(file, text);
      const isFile = await Promise.all(beside.map(isPlainFile));
      return text === null ? [] : [file, ...beside.filter((_, index) => isFile[index])];
    }),
  );
  return named.flat();
}

async function isPlainFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function namedByVariable(
  name: string,
  value: string,
  isWide: (path: string) => boolean,
): Promise<string[]> {
  const paths = value
    .split(delimiter)
    .filter(isAbsolute)
    .map((path) => resolve(path));
  const named = await Promise.all(
    paths.map(async (path) => {
      const found = await stat(path).catch(() => null);
      if (found?.isFile() === true) return [path];
      return found?.isDirectory() === true && NAMES_DIRECTORY.test(name) && !isWide(path) ? [path] : [];
    }),
  );
  return named.flat();
}
