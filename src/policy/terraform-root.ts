import { posix } from "node:path";
import { type Block, blocksOf, jsonBlocksOf } from "./terraform-blocks.ts";
import { lookAtBlock, type Site } from "./terraform-findings.ts";
import { isPassedOver, isWithin, placeOf } from "./terraform-places.ts";
import { UnclearError } from "./terraform-tokens.ts";
import type { Read } from "./verdict.ts";

/**
 * What a root's files bring with them. `findings`: what would run code or reach out before anybody approves, in words.
 * `reads`: its local modules and the files it names, beside the root's own tree. `lacksLockFile`: it needs providers and
 * nothing says which. Not ok: it leaves the workspace or is not there, and no trust mends that.
 */
export type Root =
  | { ok: true; findings: string[]; reads: Read[]; lacksLockFile: boolean }
  | { ok: false; reason: string };

type Files = ReadonlyMap<string, string>;
type Where = { directory: string; startedIn: string; tests: string };
type Visit = {
  files: Files;
  folders: ReadonlyMap<string, readonly string[]>;
  root: string;
  tests: string;
  findings: string[];
  reads: Read[];
  modules: string[];
  needsProviders: boolean;
};

/** The provider that is part of the program: terraform_data and terraform_remote_state. */
const BUILT_IN = "terraform.io/builtin/terraform";
const MAX_MODULES = 200;
const MAX_FINDINGS = 5;

/**
 * Reads a terraform root with its local modules as terraform does. `startedIn` is where the program stands before
 * -chdir, `tests` where the root's tests lie (init fetches the modules they name).
 * A `.terraform` directory that lies there counts for nothing, since commands run with a data directory of their own;
 * neither does a .terraformrc, since their home and TF_CLI_CONFIG_FILE are the program's.
 */
export function lookAtRoot(files: Files, { directory, startedIn, tests }: Where): Root {
  const visit: Visit = {
    files,
    folders: foldersOf(files),
    root: directory,
    tests,
    findings: [],
    reads: [],
    modules: [directory],
    needsProviders: false,
  };
  for (const module of visit.modules) {
    if (visit.modules.length > MAX_MODULES) return no(`it has more than ${MAX_MODULES} modules`);
    const fault = lookAtModule(module, visit);
    if (fault !== null) return no(fault);
  }
  for (const place of new Set([directory, startedIn])) {
    const mirror = posix.join(place, "terraform.d");
    if ([...files.keys()].some((file) => isWithin(mirror, file))) {
      visit.findings.push(`${mirror} may hold provider programs, which terraform would run`);
    }
  }
  const more = visit.findings.length - MAX_FINDINGS;
  const findings = visit.findings.slice(0, MAX_FINDINGS);
  if (more > 0) findings.push(`and ${more} more like these`);
  const lacksLockFile = visit.needsProviders && !files.has(posix.join(directory, ".terraform.lock.hcl"));
  return { ok: true, findings, reads: visit.reads, lacksLockFile };
}

/** Looks at one module's files; adds the modules it calls to those that are to be visited. */
function lookAtModule(module: string, visit: Visit): string | null {
  const names = namesIn(visit, module);
  if (!names.some((name) => /\.tf(\.json)?$/.test(name))) {
    return `there is no terraform configuration (.tf) in ${nameOf(module)}`;
  }
  if (module !== visit.root) visit.reads.push({ path: module, kind: "tree" });
  for (const name of names) {
    const blocks = readFile(name, visit);
    for (const block of blocks) {
      const fault = visitBlock(block, { file: name, module, root: visit.root }, visit);
      if (fault !== null) return fault;
    }
  }
  return null;
}

/** The files terraform reads in a directory; of a root also its tests, since init fetches the modules they name. */
function namesIn({ folders, root, tests }: Visit, module: string): string[] {
  const names = (folders.get(module) ?? []).filter((name) => /\.tf(\.json)?$/.test(name));
  if (module !== root) return names;
  const all = [...new Set([root, tests])].flatMap((folder) => folders.get(folder) ?? []);
  return [...names, ...all.filter((name) => /\.tftest\.(hcl|json)$/.test(name))];
}

/** Paths by their directory, without those terraform ignores. */
function foldersOf(files: Files): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const path of files.keys()) {
    if (isPassedOver(posix.basename(path))) continue;
    const folder = posix.dirname(path) === "." ? "" : posix.dirname(path);
    const known = folders.get(folder);
    if (known === undefined) folders.set(folder, [path]);
    else known.push(path);
  }
  return folders;
}

/** The blocks of a file; what cannot be read for sure is a finding and has none. */
function readFile(name: string, visit: Visit): Block[] {
  const text = visit.files.get(name) ?? "";
  try {
    return name.endsWith(".json") ? jsonBlocksOf(text) : blocksOf(text);
  } catch (error) {
    if (!(error instanceof UnclearError)) throw error;
    visit.findings.push(`${name} is not clear enough to judge: ${error.message}`);
    return [];
  }
}

function visitBlock(block: Block, site: Site, visit: Visit): string | null {
  const looked = lookAtBlock(block, site);
  visit.findings.push(...looked.findings);
  for (const path of looked.files) if (visit.files.has(path)) visit.reads.push({ path, kind: "file" });
  visit.needsProviders ||= needsProvider(block);
  // A test names modules from the root, wherever it lies.
  const from = /\.tftest\.(hcl|json)$/.test(site.file) ? visit.root : site.module;
  for (const call of modulesIn(block)) {
    const place = localModule(call, from);
    if (place === "outside") {
      return `${site.file} has the module ${labelOf(call)}, which is outside of the workspace`;
    }
    if (place === null) {
      visit.findings.push(
        `${site.file} has the module ${labelOf(call)}, which is not a directory of the workspace`,
      );
    } else if (!visit.modules.includes(place)) visit.modules.push(place);
  }
  return null;
}

/** Blocks that call a module: `module` ones, and those in the `run` of a test. */
function modulesIn(block: Block): Block[] {
  const calls = block.type === "module" ? [block] : [];
  const inner = block.type === "run" ? block.blocks.filter((one) => one.type === "module") : [];
  // Without a source it only overrides another block of its name.
  return [...calls, ...inner].filter((call) => call.values.has("source"));
}

/** Where a module's source leads: a place, "outside", or null when it is no plain `./` or `../` path. */
function localModule(call: Block, from: string): string | null {
  const source = call.values.get("source") ?? "";
  if (!/^\.\.?\/[\w./ -]*$/.test(source) || source.slice(1).includes("//")) return null;
  return placeOf(from, source) ?? "outside";
}

/** Whether a block needs another provider than the one that is part of terraform. */
function needsProvider(block: Block): boolean {
  const [label = ""] = block.labels;
  if (block.type === "provider") return label !== "terraform";
  if (block.type === "resource" || block.type === "data" || block.type === "ephemeral") {
    return label !== "terraform_data" && label !== "terraform_remote_state";
  }
  if (block.type === "check") return block.blocks.some(needsProvider);
  if (block.type !== "terraform") return false;
  const required = block.blocks.filter((inner) => inner.type === "required_providers");
  return required.some((inner) => inner.texts.some((text) => text !== BUILT_IN));
}

function labelOf(call: Block): string {
  return `${call.labels[0] ?? ""} from ${call.values.get("source") ?? "a computed source"}`;
}

function nameOf(directory: string): string {
  return directory === "" ? "the workspace's root" : directory;
}

function no(reason: string): { ok: false; reason: string } {
  return { ok: false, reason };
}
