import type { KnownFiles } from "#policy/files.ts";
import type { Attribute, Block } from "#policy/terraform/blocks.ts";
import { sourcesOf } from "#policy/terraform/providers.ts";
import type { KnownInputs } from "./inputs.ts";
import type { Value } from "./values.ts";

/** One module of a root, as its expressions see it. */
export type Module = {
  /** Its directory, from the workspace's root. */
  place: string;
  /** Where its providers are from, by what it calls them; null: nobody can tell. */
  sources: ReadonlyMap<string, readonly (string | null)[]>;
  locals: Map<string, Attribute[]>;
  variables: Map<string, Block[]>;
  outputs: Map<string, Block[]>;
  /** Blocks that are written more than once, by type and labels: an override adds to the first. */
  doubled: ReadonlySet<string>;
  /** Blocks of the modules it calls, by their label, and the modules they lead to. */
  calls: Map<string, { blocks: Block[]; modules: Set<Module> }>;
  /** Who calls it. */
  callers: { module: Module; label: string }[];
  /** What was worked out before; undefined while it is being worked out. */
  known: Map<string, Value | undefined>;
  world: World;
};

/** What all modules of one root share. */
export type World = {
  root: string;
  startedIn: string;
  files: KnownFiles;
  inputs: KnownInputs;
  /** How much more may be worked out, and how deep somebody is in it: values may grow without end. */
  left: number;
  depth: number;
  /** Templates that were read and call nothing: harmless wherever they are used. */
  harmless: Set<string>;
};

/** Where an expression stands. `names`: what loops and templates bind; in a template there is nothing else. */
export type Scope = { module: Module; names: ReadonlyMap<string, () => Value>; isTemplate: boolean };

const MAX_WORK = 300_000;

/** What the modules of a root share, before any is read. */
export function makeWorld(given: Omit<World, "left" | "depth" | "harmless">): World {
  return { ...given, left: MAX_WORK, depth: 0, harmless: new Set() };
}

/** A module with what its blocks define; its callers and calls are put in as they are found. */
export function makeModule(place: string, blocks: readonly Block[], world: World): Module {
  const module: Module = {
    place,
    sources: sourcesOf(blocks),
    doubled: doubledOf(blocks),
    locals: new Map(),
    variables: new Map(),
    outputs: new Map(),
    calls: new Map(),
    callers: [],
    known: new Map(),
    world,
  };
  for (const block of blocks) {
    const [label = ""] = block.labels;
    if (block.type === "locals")
      for (const attribute of block.attributes) add(module.locals, attribute.name, attribute);
    if (block.type === "variable") add(module.variables, label, block);
    if (block.type === "output") add(module.outputs, label, block);
    if (block.type === "module") {
      const call = module.calls.get(label) ?? { blocks: [], modules: new Set() };
      call.blocks.push(block);
      module.calls.set(label, call);
    }
  }
  return module;
}

/** The same place with more names, which hide what was called so. */
export function withNames(scope: Scope, names: Iterable<readonly [string, () => Value]>): Scope {
  return { ...scope, names: new Map([...scope.names, ...names]) };
}

/** Does the work when it is first asked for, and not again. */
export function once(work: () => Value): () => Value {
  let known: Value | null = null;
  return () => {
    known ??= work();
    return known;
  };
}

/** A block's type and labels: what an override means by the same block. */
export function identityOf({ type, labels }: Block): string {
  return JSON.stringify([type, ...labels]);
}

function doubledOf(blocks: readonly Block[]): Set<string> {
  const seen = new Set<string>();
  const doubled = new Set<string>();
  for (const identity of blocks.filter(({ labels }) => labels.length > 0).map(identityOf)) {
    if (seen.has(identity)) doubled.add(identity);
    seen.add(identity);
  }
  return doubled;
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}
