import { createHash } from "node:crypto";

/** Module code from outside of the workspace, by an address that names exactly one version of it. */
export type Package =
  | { kind: "registry"; host: string; path: string; version: string }
  | { kind: "git"; host: string; url: string; ref: string }
  | { kind: "archive"; host: string; url: string; sha256: string; format: ArchiveFormat };
export type ArchiveFormat = "zip" | "tar.gz";

/** A module of a package. `source` is how terraform itself writes the address; `sub` the directory in the package. */
export type RemoteModule = { package: Package; source: string; sub: string };
type Read = { ok: true; module: RemoteModule } | { ok: false; reason: string };

/** Where packages lie in a change's copy. No path of a workspace begins so: `.greenlight` is left out of every snapshot. */
const PLACE = ".greenlight/modules";

const HOST = "[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?";
const PATH = "[\\w~-][\\w.~-]*(?:/[\\w~-][\\w.~-]*)*";
const SUB = "(?://([\\w-][\\w.-]*(?:/[\\w-][\\w.-]*)*))?";
const REGISTRY = new RegExp(
  `^(?:(${HOST})/)?([0-9A-Za-z][\\w-]{0,63}/[0-9A-Za-z][\\w-]{0,63}/[0-9a-z]{1,64})${SUB}$`,
);
const GIT = new RegExp(`^git::https://(${HOST})/(${PATH})${SUB}(?:\\?(.*))?$`);
const GITHUB = new RegExp(`^github\\.com/([\\w-][\\w.-]*/[\\w-][\\w.-]*)${SUB}(?:\\?(.*))?$`);
const ARCHIVE = new RegExp(`^https://(${HOST})/(${PATH})${SUB}(?:\\?(.*))?$`);
const VERSION = /^(?:=\s*)?(\d{1,9}\.\d{1,9}\.\d{1,9}(?:-[0-9A-Za-z.-]{1,64})?)$/;
const COMMIT = /^[0-9a-f]{40}$/;
const REF = /^[\w][\w.+-]*(?:\/[\w][\w.+-]*)*$/;
const DEFAULT_REGISTRY = "registry.terraform.io";

/** Reads the source and version of a module call that names no directory; says what to write where nothing pins it. */
export function readModuleSource(source: string, version: string | null | undefined): Read {
  if (source.length > 1_000) return no("its source is longer than 1000 characters");
  if (/^(git::|github\.com\/)/.test(source)) return version === undefined ? readGit(source) : onlyRegistry();
  if (source.startsWith("https://")) return version === undefined ? readArchive(source) : onlyRegistry();
  const found = REGISTRY.exec(source);
  if (found === null) return no(whyUnknown(source));
  const [, host = DEFAULT_REGISTRY, path = "", sub = ""] = found;
  const exact = version == null ? null : VERSION.exec(version.trim());
  if (exact?.[1] === undefined)
    return no('no exact version pins it: write one, such as version = "1.2.3", and no range');
  const full = `${host}/${path}`;
  return {
    ok: true,
    module: {
      package: { kind: "registry", host, path, version: exact[1] },
      source: sub === "" ? full : `${full}//${sub}`,
      sub,
    },
  };
}

/** Whether a ref of git is a whole commit hash; anything else is looked for as a tag. */
export function isCommit(ref: string): boolean {
  return COMMIT.test(ref);
}

/** The directory of a package in a change's copy, from its root: the same address is the same place. */
export function placeOfPackage(wanted: Package): string {
  const hash = createHash("sha256")
    .update(JSON.stringify(identityOf(wanted)))
    .digest("hex");
  const name = (wanted.kind === "registry" ? wanted.path : new URL(wanted.url).pathname)
    .replace(/\.(git|zip|tar\.gz|tgz)$/, "")
    .split("/")
    .filter((part) => part !== "")
    .slice(-3)
    .join("-");
  const pin = wanted.kind === "registry" ? wanted.version : wanted.kind === "git" ? wanted.ref : "";
  const shown = `${name}-${isCommit(pin) ? pin.slice(0, 12) : pin}`.replace(/[^\w.-]/g, "-").slice(0, 80);
  return `${PLACE}/${shown}-${hash.slice(0, 16)}`;
}

/** The package that a path of a change's copy lies in, as `placeOfPackage` gives it; null for the workspace's own. */
export function packagePlaceOf(path: string): string | null {
  if (!path.startsWith(`${PLACE}/`)) return null;
  const place = path.split("/").slice(0, 3).join("/");
  return place === `${PLACE}/` ? null : place;
}

/** A package, for people: `terraform-aws-modules/vpc/aws 5.1.0`. */
export function nameOfPackage(wanted: Package): string {
  if (wanted.kind === "registry") {
    const host = wanted.host === DEFAULT_REGISTRY ? "" : `${wanted.host}/`;
    return `${host}${wanted.path} ${wanted.version}`;
  }
  const address = wanted.url.replace(/^https:\/\//, "");
  return wanted.kind === "git" ? `${address} at ${wanted.ref}` : address;
}

/** Reads the address an archive or repository is had from, as a registry answers it. */
export function readAnswer(
  address: string,
): { ok: true; package: Package; sub: string } | { ok: false; reason: string } {
  if (/^git::/.test(address)) {
    const git = readGit(address);
    return git.ok ? { ok: true, package: git.module.package, sub: git.module.sub } : git;
  }
  // `//*` is how an archive with one directory around everything is written.
  const found = /^https:\/\/([^/?#]+)(\/[^?#]*?)(?:\/\/([\w./*-]+))?(?:\?([^#]*))?$/.exec(address);
  if (found === null) return no(`the registry answers with ${JSON.stringify(address.slice(0, 200))}`);
  const [, host = "", path = "", sub = "", query = ""] = found;
  const words = new URLSearchParams(query);
  const format = formatOf(path, words.get("archive"));
  if (format === null) return no("the registry answers with an archive that is neither zip nor tar.gz");
  if (!new RegExp(`^${HOST}$`).test(host))
    return no(`the registry answers with the odd host ${JSON.stringify(host)}`);
  words.delete("archive");
  const rest = words.size === 0 ? "" : `?${words}`;
  return {
    ok: true,
    package: { kind: "archive", host, url: `https://${host}${path}${rest}`, sha256: "", format },
    sub,
  };
}

function readGit(source: string): Read {
  const short = GITHUB.exec(source);
  const [, host = "", path = "", sub = "", query = ""] =
    short === null
      ? (GIT.exec(source) ?? [])
      : ["", "github.com", `${(short[1] ?? "").replace(/\.git$/, "")}.git`, short[2], short[3]];
  if (host === "")
    return no(
      "its address is not plain: write git::https://HOST/PATH.git//DIRECTORY?ref=TAG, without a user or password",
    );
  const words = plainWords(query, ["ref", "depth"]);
  if (words === null) return no("its address has more than one ref behind the question mark");
  const ref = words.get("ref") ?? "";
  if (ref === "") return no("nothing pins it: add ?ref= with a tag or the 40 characters of a commit");
  if (!REF.test(ref) || ref.includes("..") || ref.endsWith(".lock") || ref.length > 200)
    return no("its ref is no plain name of a tag or commit");
  const url = `https://${host}/${path}`;
  const inner = sub === "" ? "" : `//${sub}`;
  return {
    ok: true,
    module: { package: { kind: "git", host, url, ref }, source: `git::${url}${inner}?${query}`, sub },
  };
}

function readArchive(source: string): Read {
  const found = ARCHIVE.exec(source);
  if (found === null)
    return no("its address is not plain: write https://HOST/PATH.zip//DIRECTORY?checksum=sha256:…");
  const [, host = "", path = "", sub = "", query = ""] = found;
  const words = plainWords(query, ["checksum", "archive"]);
  if (words === null) return no("its address has more than checksum and archive behind the question mark");
  const sha256 = /^sha256:([0-9a-f]{64})$/.exec(words.get("checksum") ?? "")?.[1];
  const format = formatOf(path, words.get("archive") ?? null);
  if (format === null) return no("it is neither a .zip nor a .tar.gz archive");
  if (sha256 === undefined) return no("nothing pins it: add ?checksum=sha256: with the archive's own");
  return {
    ok: true,
    module: {
      package: { kind: "archive", host, url: `https://${host}/${path}`, sha256, format },
      source,
      sub,
    },
  };
}

function formatOf(path: string, said: string | null): ArchiveFormat | null {
  const name = said ?? path;
  if (/(^|\.)zip$/.test(name)) return "zip";
  return /(^|\.)(tar\.gz|tgz)$/.test(name) ? "tar.gz" : null;
}

/** The words of a query, each of the known ones once. Null for another one, and for escapes, which two programs may read in two ways. */
function plainWords(query: string, known: readonly string[]): Map<string, string> | null {
  const words = [...new URLSearchParams(query)];
  const isPlain = words.map(([key, value]) => `${key}=${value}`).join("&") === query;
  const isKnown = words.every(
    ([key], index) => known.includes(key) && words.findIndex(([one]) => one === key) === index,
  );
  return isPlain && isKnown ? new Map(words) : null;
}

function identityOf(wanted: Package): string[] {
  if (wanted.kind === "registry") return ["registry", wanted.host, wanted.path, wanted.version];
  return wanted.kind === "git"
    ? ["git", wanted.url, wanted.ref]
    : ["archive", wanted.url, wanted.sha256, wanted.format];
}

function whyUnknown(source: string): string {
  if (/^[\w+]*(::)?file:|^\//.test(source))
    return "it is a file of this machine: take it into the workspace and write ./ or ../";
  if (/^(hg|s3|gcs)::/.test(source))
    return "modules come from a registry, from git or from an https archive only";
  if (/^(git@|ssh:|http:|git:)/.test(source))
    return "modules are fetched over https only: write git::https://HOST/PATH.git?ref=TAG";
  return "it is neither a directory of the workspace (./ or ../) nor an address of a registry, of git or of an https archive";
}

function onlyRegistry(): Read {
  return no("version counts for a registry only: pin it in the address instead");
}

function no(reason: string): { ok: false; reason: string } {
  return { ok: false, reason };
}
