import { posix } from "node:path";
import { filesIn, type KnownFiles, whyLeftOut, whyLeftOutIn } from "#policy/files.ts";
import { type Inputs, readInputs } from "#policy/terraform/values/inputs.ts";
import { type Module, makeModule, makeWorld, type World } from "#policy/terraform/values/scope.ts";
import type { Read } from "#policy/verdict.ts";
import { type Block, blocksOf, jsonBlocksOf } from "./blocks.ts";
import { type Package, packagePlaceOf, placeOfPackage } from "./module-source.ts";
import { type Called, calledTwice, callOf, modulesIn } from "./modules.ts";
import { isPassedOver } from "./places.ts";
import { UnclearError } from "./tokens.ts";

/**
 * Where a root is: `startedIn` where the program stands before -chdir, `tests` where its tests lie (init fetches the
 * modules they name); what else its variables may hold; and the hosts that its modules may come from.
 */
export type Where = {
  directory: string;
  startedIn: string;
  tests: string;
  inputs: Inputs;
  hosts: readonly string[];
};
/** A root with all its modules, read and not yet looked at. */
export type Visit = {
  files: KnownFiles;
  root: string;
  tests: string;
  hosts: readonly string[];
  findings: string[];
  reads: Read[];
  /** Why something it reads is left out; null: nothing is. */
  missing: string | null;
  /** The places that are to be visited, and those that were, with their blocks. */
  places: string[];
  modules: Map<string, Visited>;
  /** The module calls, by the place they stand in. */
  called: Map<string, Called[]>;
  /** Labels that two calls of one module have. */
  doubled: string[];
  /** The packages that are named, by their place. */
  fetched: Map<string, Package>;
  /** False: some call names no version for sure. */
  isPinned: boolean;
  world: World;
};
type Visited = { module: Module; blocks: { file: string; block: Block }[] };

const MAX_MODULES = 200;

/** Reads a root and the modules it calls, those that were fetched too. A text is a fault that no trust mends. */
export function visitRoot(
  files: KnownFiles,
  { directory, startedIn, tests, inputs, hosts }: Where,
): Visit | string {
  const known = readInputs(files, directory, inputs);
  const visit: Visit = {
    files,
    root: directory,
    tests,
    hosts,
    findings: [],
    reads: [],
    missing: null,
    places: [directory],
    modules: new Map(),
    called: new Map(),
    doubled: [],
    fetched: new Map(),
    isPinned: true,
    world: makeWorld({ root: directory, startedIn, files, inputs: known }),
  };
  for (const place of visit.places) {
    if (visit.places.length > MAX_MODULES) return `it has more than ${MAX_MODULES} modules`;
    const fault = readModule(place, visit);
    if (fault !== null) return fault;
  }
  // Of two calls with one label nobody can say which one terraform takes.
  if (visit.fetched.size > 0 && visit.doubled.length > 0) {
    visit.isPinned = false;
    visit.findings.push(`it has modules from elsewhere and calls ${visit.doubled[0]} in more than one block`);
  }
  return visit;
}

/** Reads one module's files; adds the modules it calls to those that are to be visited. */
function readModule(place: string, visit: Visit): string | null {
  const missing = whyIncomplete(visit, place);
  if (missing !== null) return missing;
  const names = namesIn(visit, place);
  if (!names.some((name) => /\.tf(\.json)?$/.test(name))) {
    return `there is no terraform configuration (.tf) in ${nameOf(place)}`;
  }
  if (place !== visit.root) visit.reads.push({ path: packagePlaceOf(place) ?? place, kind: "tree" });
  const blocks = names.flatMap((file) => readFile(file, visit).map((block) => ({ file, block })));
  const all = blocks.map(({ block }) => block);
  visit.doubled.push(...calledTwice(all));
  visit.modules.set(place, { module: makeModule(place, all, visit.world), blocks });
  for (const { file, block } of blocks) {
    const fault = followModules(block, file, place, visit);
    if (fault !== null) return fault;
  }
  return null;
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
    const found = callOf(call, from, visit.hosts);
    if (found.kind === "fault") return `${file} has ${found.why}`;
    const isOfTest = block.type !== "module";
    if (found.kind === "finding") unpinned(`${file} has ${found.why}`, visit);
    else if (isOfTest && found.called.fetched !== null)
      unpinned(`${file} has the module ${found.called.source} in a test, which is not fetched`, visit);
    else follow(found.called, isOfTest ? null : module, visit);
  }
  return null;
}

function unpinned(finding: string, visit: Visit): void {
  visit.isPinned = false;
  visit.findings.push(finding);
}

/** A package that is not fetched yet has nothing to visit. */
function follow(called: Called, from: string | null, visit: Visit): void {
  const { place, fetched } = called;
  const own = fetched === null ? null : placeOfPackage(fetched);
  if (fetched !== null && own !== null) visit.fetched.set(own, fetched);
  if (from !== null) visit.called.set(from, [...(visit.called.get(from) ?? []), called]);
  const isThere = own === null || filesIn(visit.files, own, "tree").length > 0;
  if (isThere && !visit.places.includes(place)) visit.places.push(place);
}

function nameOf(directory: string): string {
  return directory === "" ? "the workspace's root" : directory;
}
