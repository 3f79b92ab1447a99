import type { Policy } from "#policy/document.ts";
import { type Depth, type KnownFiles, pathsIn } from "#policy/files.ts";
import { isListedPlace, isWithin, placeOf } from "#policy/terraform/places.ts";
import type { WorkspaceDeps } from "./copy.ts";
import { readWorkspace } from "./snapshot.ts";

/** What judging asked for: a file, or what lies in a directory or below it. */
type Ask = { path: string; depth: "file" | Depth };

/** What is known of the disk so far. */
type Known = { texts: Map<string, string>; leftOut: Map<string, string>; linked: Map<string, string> };

/** Kustomizations lead 10 directories deep and modules call modules: each level is asked for once the one above is read. */
const MAX_ROUNDS = 100;
/** What one plan makes us read before it is known whether it may run. */
const MAX_FILES = 20_000;

/**
 * Judges with the files of the workspace, reading those that judging asks for and no others: judged again with what it
 * asked for, until it asks for nothing more. So what lies elsewhere in the workspace, however much, is no matter. Only
 * what the policy lists is read.
 */
export async function judgeOnDisk<Judged>(
  deps: WorkspaceDeps,
  policy: Policy,
  judgeWith: (files: KnownFiles) => Judged,
): Promise<{ ok: true; judged: Judged } | { ok: false; reason: string }> {
  const known: Known = { texts: new Map(), leftOut: new Map(), linked: new Map() };
  const answered = new Set<string>();
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const asks = new Map<string, Ask>();
    const judged = judgeWith(askedOf(known, (ask) => asks.set(`${ask.depth} ${ask.path}`, ask)));
    const open = [...asks].filter(([key]) => !answered.has(key));
    if (open.length === 0) return { ok: true, judged };
    for (const [key, ask] of open) {
      answered.add(key);
      const reason = await answer(deps, policy, ask, known);
      if (reason !== null) return { ok: false, reason: `The workspace cannot be read: ${reason}.` };
    }
    if (known.texts.size > MAX_FILES) break;
  }
  return { ok: false, reason: "The plan's commands read too much of the workspace. Ask for less at once." };
}

/** A map of what is known so far that tells of each look into it. */
function askedOf({ texts, leftOut, linked }: Known, tell: (ask: Ask) => void): KnownFiles {
  const all = () => {
    tell({ path: "", depth: "tree" });
    return texts;
  };
  return {
    get: (path) => {
      tell({ path, depth: "file" });
      return texts.get(path);
    },
    has: (path) => {
      tell({ path, depth: "file" });
      return texts.has(path);
    },
    below: (path, depth) => {
      tell({ path, depth });
      return pathsIn(texts.keys(), path, depth);
    },
    get size() {
      return all().size;
    },
    forEach: (each) => {
      for (const [path, text] of all()) each(text, path, texts);
    },
    entries: () => all().entries(),
    keys: () => all().keys(),
    values: () => all().values(),
    [Symbol.iterator]: () => all().entries(),
    leftOut,
    linked,
  };
}

/** Reads what was asked for. What is not there, or not listed, is no fault: judging says what that means. */
async function answer(deps: WorkspaceDeps, policy: Policy, ask: Ask, known: Known): Promise<string | null> {
  for (const path of listedIn(policy, ask)) {
    const kind = ask.depth === "file" ? "file" : "tree";
    const depth = ask.depth === "file" ? "folder" : ask.depth;
    const read = await readWorkspace(deps.workspace, [{ path, kind }], { own: [deps.dataDir], depth });
    if (read.ok) take(known, read.snapshot.files);
    else if (read.cause === "exchanged" || (path === "" && kind === "tree")) return read.reason;
    // Its reason begins with its path, as the reasons of those in a directory do not.
    else if (read.cause !== "gone" && read.cause !== "path")
      known.leftOut.set(path, read.reason.slice(path.length + 1));
  }
  return null;
}

/** The paths to read for one question: of the whole, each directory that the policy lists. */
function listedIn(policy: Policy, { path, depth }: Ask): string[] {
  if (isListedPlace(policy, path)) return [path];
  if (depth !== "tree") return [];
  return policy.directories.flatMap((listed) => {
    const place = placeOf("", listed);
    return place !== null && isWithin(path, place) ? [place] : [];
  });
}

function take({ texts, leftOut, linked }: Known, files: KnownFiles): void {
  for (const [path, text] of files) {
    texts.set(path, text);
    // What one look had no room for, another has read.
    leftOut.delete(path);
  }
  for (const [path, real] of files.linked ?? []) linked.set(path, real);
  for (const [path, reason] of files.leftOut ?? []) if (!texts.has(path)) leftOut.set(path, reason);
}
