import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { sha256Of } from "#execution/workspace/snapshot.ts";
import { type Hosted, type ModuleHost, tarOf } from "#test/support/module-host.ts";

/** A root as a team writes it. `files` by their path in the workspace; `backend` is left out when it is planned. */
export type Root = {
  name: string;
  files: Record<string, string>;
  backend: Record<string, string>;
  providers: string[];
  args: string[];
  /** What refuses it; null: nothing does. */
  whyNot: string | null;
};
type Files = Record<string, string>;

/** The roots in the files beside this one, and the directories they share. */
export function readRoots(): { roots: Root[]; shared: Files } {
  const roots = new Map<string, Root>();
  const shared: Files = {};
  for (const [path, text] of ["aws.txtar", "others.txtar"].flatMap(readArchive)) {
    const [name = "", ...rest] = path.split("/");
    if (name === "..") shared[rest.join("/")] = text;
    else addFile(roots, name, rest.join("/"), text);
  }
  return { roots: [...roots.values()], shared };
}

function addFile(roots: Map<string, Root>, name: string, file: string, text: string): void {
  const root = roots.get(name) ?? { name, files: {}, backend: {}, providers: [], args: [], whyNot: null };
  roots.set(name, root);
  const words = text.trim().split(/\s+/);
  if (file === ".providers") root.providers = words;
  else if (file === ".args") root.args = words;
  else if (file === "WHY-NOT") root.whyNot = text.trim();
  else (file === "backend.tf" ? root.backend : root.files)[posix.join("roots", name, file)] = text;
}

/** What the roots' modules are had from. */
export function readHosted(): Required<Hosted> {
  const hosted = { registry: {}, git: {}, archives: {} } as {
    registry: Record<string, Files>;
    git: Record<string, Record<string, Files>>;
    archives: Record<string, Buffer>;
  };
  const archives: Record<string, Files> = {};
  for (const [path, text] of readArchive("packages.txtar")) {
    const [, kind = "", whole = ""] = /^(registry|git|archive)\/(.+)$/.exec(path) ?? [];
    const at = PACKAGES[kind]?.exec(whole) ?? [];
    const [, address = "", inner = "", tag = ""] = [at[0], at[1], at.at(-1), at[2]];
    if (kind === "registry") hosted.registry[address] = { ...hosted.registry[address], [inner]: text };
    if (kind === "archive") archives[address] = { ...archives[address], [inner]: text };
    if (kind !== "git") continue;
    const tags = hosted.git[address] ?? {};
    hosted.git[address] = { ...tags, [tag]: { ...tags[tag], [inner]: text } };
  }
  for (const [address, files] of Object.entries(archives)) hosted.archives[address] = tarOf(files);
  return hosted;
}

const PACKAGES: Readonly<Record<string, RegExp>> = {
  registry: /^((?:[^/]+\/){4}[^/]+)\/(.+)$/,
  git: /^([^/]+\/.+?\.git)\/([^/]+)\/(.+)$/,
  archive: /^(.+?\.tar\.gz)\/(.+)$/,
};

/** A text with the commits and checksums that only the host knows. */
export function pinned(text: string, host: Pick<ModuleHost, "commits">, hosted: Hosted): string {
  return text
    .replace(/COMMIT\(([^)]+)\)/g, (_, name) => host.commits.get(name) ?? "")
    .replace(/SHA256\(([^)]+)\)/g, (_, name) => sha256Of(hosted.archives?.[name] ?? Buffer.alloc(0)));
}

/** Files one behind the other, each under a line `-- PATH --`. What stands before the first is for the reader. */
function readArchive(name: string): [path: string, text: string][] {
  const text = readFileSync(fileURLToPath(new URL(name, import.meta.url)), "utf8");
  const [, ...parts] = text.split(/^-- (.+) --\n/m);
  return parts.flatMap((part, index): [string, string][] =>
    index % 2 === 0 ? [[part, parts[index + 1] ?? ""]] : [],
  );
}
