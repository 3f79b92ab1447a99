import { posix } from "node:path";
import { filesIn, type KnownFiles, whyLeftOut, whyLeftOutIn } from "./files.ts";
import { type Block, blocksOf, jsonBlocksOf } from "./terraform-blocks.ts";
import { lookAtBlock } from "./terraform-findings.ts";
import { type Inputs, readInputs } from "./terraform-inputs.ts";
import { isPassedOver, placeOf } from "./terraform-places.ts";
import { lockFileOf, lookAtProviders, type Needed, neededBy, needsFetching } from "./terraform-providers.ts";
import { type Module, makeModule, makeWorld, type World } from "./terraform-scope.ts";
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

type Where = {
  directory: string;
  startedIn: string;
  tests: string;
  /** What else its variables may hold, and the providers that the policy lists. */
  inputs: Inputs;
  providers: readonly string[];
};
type Visit = {
  files: KnownFiles;
  root: string;
  tests: string;
  findings: string[];
  reads: Read[];
  /** Why something it reads is left out; null: nothing is. */
  missing: string | null;
  /** The places that are to be visited, and those that were, with their blocks. */
  places: string[];
  modules: Map<string, Visited>;
  /** Who calls whom, once both are read. */
  calls: { from: string; label: string; to: string }[];
  world: World;
};
type Visited = { module: Module; blocks: { file: string; block: Block }[] };

const MAX_MODULES = 200;
const MAX_FINDINGS = 5;

/**
 * Reads a terraform root with its local modules as terraform does. `startedIn` is where the program stands before
 * -chdir, `tests` where the root's tests lie (init fetches the modules they name).
 * A `.terraform` directory that lies there counts for nothing, since commands run with a data directory of their own;
 * neither does a .terraformrc, since their home and TF_CLI_CONFIG_FILE are the program's.
 */
export function lookAtRoot(
  files: KnownFiles,
  { directory, startedIn, tests, inputs, providers }: Where,
): Root {
  const known = readInputs(files, directory, inputs);
  const visit: Visit = {
    files,
    root: directory,
    tests,
    findings: [],
    reads: [],
    missing: null,
    places: [directory],
    modules: new Map(),
    calls: [],
    world: makeWorld({ root: directory, startedIn, files, inputs: known }),
  };
  for (const place of visit.places) {
    if (visit.places.length > MAX_MODULES) return no(`it has more than ${MAX_MODULES} modules`);
    const fault = readModule(place, visit);
    if (fault !== null) return no(fault);
  }
  joinModules(visit);
  const needed = lookAtModules(visit);
  if (visit.missing !== null) return no(visit.missing);
  const lock = lockFileOf(directory);
  visit.findings.push(...lookAtProviders(needed, { file: lock, text: files.get(lock) ?? null }, providers));
  for (const place of new Set([directory, startedIn])) {
    const mirror = posix.join(place, "terraform.d");
    if (filesIn(files, mirror, "tree").length > 0) {
      visit.findings.push(`${mirror} may hold provider programs, which terraform would run`);
    }
  }
  const more = visit.findings.length - MAX_FINDINGS;
  const findings = visit.findings.slice(0, MAX_FINDINGS);
  if (more > 0) findings.push(`and ${more} more like these`);
  const lacksLockFile = needsFetching(needed) && !files.has(lock);
  return { ok: true, findings, reads: visit.reads, lacksLockFile };
}

/** Reads one module's files; adds the modules it calls to those that are to be visited. */
function readModule(place: string, visit: Visit): string | null {
  const missing = whyIncomplete(visit, place);
  if (missing !== null) return missing;
  const names = namesIn(visit, place);
  if (!names.some((name) => /\.tf(\.json)?$/.test(name))) {
    return `there is no terraform configuration (.tf) in ${nameOf(place)}`;
  }
  if (place !== visit.root) visit.reads.push({ path: place, kind: "tree" });
  const blocks = names.flatMap((file) => readFile(file, visit).map((block) => ({ file, block })));
  const module = makeModule(
    place,
    blocks.map(({ block }) => block),
    visit.world,
  );
  visit.modules.set(place, { module, blocks });
  for (const { file, block } of blocks) {
    const fault = followModules(block, file, place, visit);
    if (fault !== null) return fault;
  }
  return null;
}

/** Says to each module who calls it, and to each caller what it calls. */
function joinModules({ calls, modules }: Visit): void {
  for (const { from, label, to } of calls) {
    const caller = modules.get(from)?.module;
    const called = modules.get(to)?.module;
    if (caller === undefined || called === undefined) continue;
    called.callers.push({ module: caller, label });
    caller.calls.get(label)?.modules.add(called);
  }
}

/** Looks at every block, now that all modules are known; gives the providers they need. */
function lookAtModules(visit: Visit): Needed[] {
  const needed: Needed[] = [];
  for (const { module, blocks } of visit.modules.values()) {
    const scope = { module, names: new Map(), isTemplate: false };
    for (const { file, block } of blocks) {
      const looked = lookAtBlock(block, file, scope);
      visit.findings.push(...looked.findings);
      for (const read of looked.reads) {
        visit.missing ??= whyMissing(visit, read);
        if (read.kind === "tree" || visit.files.has(read.path)) visit.reads.push(read);
      }
      needed.push(...neededBy(block, module.sources, file));
    }
  }
  return needed;
}

/** The files terraform reads in a directory; of a root also its tests, since init fetches the modules they name. */
function namesIn({ files, root, tests }: Visit, module: string): string[] {
  const inFolder = (folder: string) =>
    filesIn(files, folder, "folder").filter((name) => !isPassedOver(posix.basename(name)));
  const names = inFolder(module).filter((name) => /\.tf(\.json)?$/.test(name));
  if (module !== root) return names;
  const all = [...new Set([root, tests])].flatMap(inFolder);
  return [...names, ...all.filter((name) => /\.tftest\.(hcl|json)$/.test(name))];
}

/** What terraform loads by itself in a directory. */
const LOADED = /(\.tf(\.json)?|\.tfvars(\.json)?|\.tftest\.(hcl|json)|\/?\.terraform\.lock\.hcl)$/;

/** Why a module would not be what lies in the workspace, because something that it loads is left out; or null. */
function whyIncomplete({ files }: Visit, module: string): string | null {
  return whyLeftOut(files, module) ?? whyLeftOutIn(files, module, "folder", (path) => LOADED.test(path));
}

/** The same for what its expressions read: of a directory all that lies below it, since nobody would miss a file there. */
function whyMissing({ files }: Visit, { path, kind }: Read): string | null {
  return whyLeftOut(files, path) ?? (kind === "tree" ? whyLeftOutIn(files, path, "tree") : null);
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

/** Adds the modules a block calls to those that are to be visited. */
function followModules(block: Block, file: string, module: string, visit: Visit): string | null {
  // A test names modules from the root, wherever it lies.
  const from = /\.tftest\.(hcl|json)$/.test(file) ? visit.root : module;
  for (const call of modulesIn(block)) {
    const place = localModule(call, from);
    if (place === "outside") {
      return `${file} has the module ${labelOf(call)}, which is outside of the workspace`;
    }
    if (place === null) {
      visit.findings.push(
        `${file} has the module ${labelOf(call)}, which is not a directory of the workspace`,
      );
      continue;
    }
    if (!visit.places.includes(place)) visit.places.push(place);
    if (block.type === "module") visit.calls.push({ from: module, label: block.labels[0] ?? "", to: place });
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

function labelOf(call: Block): string {
  return `${call.labels[0] ?? ""} from ${call.values.get("source") ?? "a computed source"}`;
}

function nameOf(directory: string): string {
  return directory === "" ? "the workspace's root" : directory;
}

function no(reason: string): { ok: false; reason: string } {
  return { ok: false, reason };
}
