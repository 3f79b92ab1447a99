import { readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

/** What there is of the system's own places on this machine, all in absolute paths. */
export type SystemPlaces = {
  /** Directories that everybody's programs and libraries lie in, and single files and directories of /etc. */
  shown: readonly string[];
  /** Places of the root that are links, as /bin is to usr/bin. */
  links: readonly { at: string; to: string }[];
  /** Places below those shown that hold private keys. */
  keys: readonly string[];
};

const PROGRAMS = ["/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/libx32", "/opt", "/nix"];
/** Who is trusted, where names are looked up, which time it is: nothing that names a person or holds a secret. */
const OF_ETC =
  "ssl pki ca-certificates alternatives crypto-policies resolv.conf hosts host.conf nsswitch.conf gai.conf localtime ld.so.cache ld.so.conf ld.so.conf.d services protocols mime.types ssh/ssh_known_hosts";
const KEYS = ["/etc/ssl/private", "/etc/pki/tls/private", "/etc/pki/private"];

/** Looks which of them there are. */
export async function findSystemPlaces(): Promise<SystemPlaces> {
  const links: SystemPlaces["links"][number][] = [];
  const shown: string[] = [];
  for (const at of PROGRAMS) {
    const to = await readlink(at).catch(() => null);
    if (to !== null) links.push({ at, to });
    else if (await isThere(at)) shown.push(at);
  }
  for (const at of OF_ETC.split(" ").map((name) => `/etc/${name}`)) if (await isThere(at)) shown.push(at);
  const keys = await Promise.all(KEYS.map(async (at) => ((await isThere(at)) ? [at] : [])));
  return { shown, links, keys: keys.flat() };
}

/** Whether something is there, at the end of a link too. */
export function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Where places really are, links followed: a link in a place that is shown is seen as the link it is, and can hide nothing. */
export async function realPlaces(paths: readonly string[]): Promise<string[]> {
  return [...new Set(await Promise.all(paths.map((path) => realPlace(resolve(path)))))];
}

/**
 * Hidden places by every name that they would have in a box which shows these: where they really are, as they are written,
 * and below a shown link that leads to a directory which holds one.
 */
export async function hiddenBelow(hidden: readonly string[], shown: readonly string[]): Promise<string[]> {
  const real = await realPlaces(hidden);
  // In a directory that is shown it is seen as a link. Elsewhere it would be made as a directory of the box's own.
  const written = hidden
    .map((path) => resolve(path))
    .filter((path) => !shown.some((at) => path.startsWith(`${at}/`)));
  const linked = shown.map(async (at) => {
    const to = await realpath(at).catch(() => at);
    if (to === at) return [];
    return real.filter((one) => `${one}/`.startsWith(`${to}/`)).map((one) => at + one.slice(to.length));
  });
  return [...new Set([...real, ...written, ...(await Promise.all(linked)).flat()])];
}

/** Where a path leads, also before it is there. */
async function realPlace(path: string): Promise<string> {
  const above = dirname(path);
  if (above === path) return path;
  return await realpath(path).catch(async () => join(await realPlace(above), basename(path)));
}
