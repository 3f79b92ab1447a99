import { posix } from "node:path";
import type { Files } from "#policy/files.ts";
import type { Called } from "./modules.ts";
import { visitRoot } from "./visit.ts";

/** Where terraform finds each module of a root: the content of its `modules/modules.json`. */
export type Manifest = { Modules: Entry[] };
type Entry = { Key: string; Source: string; Version?: string; Dir: string };

/** Modules may be called by modules that are called by many: terraform keeps an entry for each way to one. */
const MAX_ENTRIES = 2_000;
/** What its variables hold says nothing about which modules it has: a source is a plain text. */
const NO_INPUTS = { names: new Set<string>(), files: [], mayHold: () => false };

/**
 * The manifest of a root with modules from elsewhere, so that terraform takes them from the change's copy and fetches
 * none. Null: it has none of those, or some that nothing pins (then the policy trusts it), and terraform gets its own.
 * "too many": no list of them can be written.
 */
export function manifestOf(
  files: NonNullable<Files>,
  directory: string,
  hosts: readonly string[],
): Manifest | "too many" | null {
  const tests = posix.join(directory, "tests");
  const visit = visitRoot(files, { directory, startedIn: directory, tests, inputs: NO_INPUTS, hosts });
  if (typeof visit === "string" || !visit.isPinned || visit.fetched.size === 0) return null;
  const entries: Entry[] = [{ Key: "", Source: "", Dir: "." }];
  addCalls(entries, { key: "", place: directory }, { directory, calls: visit.called });
  return entries.length > MAX_ENTRIES ? "too many" : { Modules: entries };
}

type Tree = { directory: string; calls: ReadonlyMap<string, readonly Called[]> };

function addCalls(entries: Entry[], from: { key: string; place: string }, tree: Tree): void {
  for (const { label, place, source, version } of tree.calls.get(from.place) ?? []) {
    if (entries.length > MAX_ENTRIES) return;
    const key = from.key === "" ? label : `${from.key}.${label}`;
    const dir = posix.relative(tree.directory, place);
    entries.push({
      Key: key,
      Source: source,
      ...(version === null ? {} : { Version: version }),
      Dir: dir === "" ? "." : dir,
    });
    addCalls(entries, { key, place }, tree);
  }
}
