import { posix } from "node:path";
import { filesIn, type KnownFiles, whyLeftOut, whyLeftOutIn } from "#policy/files.ts";
import type { Read } from "#policy/verdict.ts";
import { inspectBlock } from "./findings.ts";
import type { Package } from "./module-source.ts";
import { inspectProviders, lockFileOf, type Needed, neededBy, needsFetching } from "./providers.ts";
import { type Visit, visitRoot, type Where } from "./visit.ts";

/**
 * What a root's files bring with them. `findings`: what would run code or reach out before anybody approves, in words.
 * `reads`: its modules and the files it names, beside the root's own tree. `toFetch`: packages of modules it names that are
 * not among the files; what is found without them may be another thing with them. `isPinned` false: some module names no
 * version for sure. `fetches`: it names packages, and all are pinned. `lacksLockFile`: it needs providers and nothing says
 * which. Not ok: it leaves the workspace or is not there, and no trust mends that.
 */
export type Root =
  | {
      ok: true;
      findings: string[];
      reads: Read[];
      toFetch: Package[];
      isPinned: boolean;
      fetches: boolean;
      lacksLockFile: boolean;
    }
  | { ok: false; reason: string };

const MAX_FINDINGS = 5;

/**
 * Reads a terraform root with its modules as terraform does, those that were fetched too. `providers` are those that the
 * policy lists. A `.terraform` directory that lies there counts for nothing, since commands run with a data directory of
 * their own; neither does a .terraformrc, since their home and TF_CLI_CONFIG_FILE are the program's.
 */
export function inspectRoot(
  files: KnownFiles,
  { providers, ...where }: Where & { providers: readonly string[] },
): Root {
  const { directory, startedIn } = where;
  const visit = visitRoot(files, where);
  if (typeof visit === "string") return { ok: false, reason: visit };
  joinModules(visit);
  const needed = inspectModules(visit);
  if (visit.missing !== null) return { ok: false, reason: visit.missing };
  const lock = lockFileOf(directory);
  visit.findings.push(...inspectProviders(needed, { file: lock, text: files.get(lock) ?? null }, providers));
  for (const place of new Set([directory, startedIn])) {
    const mirror = posix.join(place, "terraform.d");
    if (filesIn(files, mirror, "tree").length > 0) {
      visit.findings.push(`${mirror} may hold provider programs, which terraform would run`);
    }
  }
  const more = visit.findings.length - MAX_FINDINGS;
  const findings = visit.findings.slice(0, MAX_FINDINGS);
  if (more > 0) findings.push(`and ${more} more like these`);
  const { reads, isPinned, fetched } = visit;
  const lacksLockFile = needsFetching(needed) && !files.has(lock);
  const fetches = isPinned && fetched.size > 0;
  return { ok: true, findings, reads, toFetch: notThere(visit), isPinned, fetches, lacksLockFile };
}

function notThere({ files, fetched }: Visit): Package[] {
  return [...fetched]
    .filter(([place]) => filesIn(files, place, "tree").length === 0)
    .map(([, wanted]) => wanted);
}

/** Says to each module who calls it, and to each caller what it calls. */
function joinModules({ called, modules }: Visit): void {
  for (const [from, calls] of called) {
    for (const { label, place } of calls) {
      const caller = modules.get(from)?.module;
      const own = modules.get(place)?.module;
      if (caller === undefined || own === undefined) continue;
      own.callers.push({ module: caller, label });
      caller.calls.get(label)?.modules.add(own);
    }
  }
}

/** Looks at every block, now that all modules are known; gives the providers they need. */
function inspectModules(visit: Visit): Needed[] {
  const needed: Needed[] = [];
  for (const { module, blocks } of visit.modules.values()) {
    const scope = { module, names: new Map(), isTemplate: false };
    for (const { file, block } of blocks) {
      const looked = inspectBlock(block, file, scope);
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

/** Why a directory or file that its expressions read would not be what lies in the workspace: of a directory all that lies below it, since nobody would miss a file there. */
function whyMissing({ files }: Visit, { path, kind }: Read): string | null {
  return whyLeftOut(files, path) ?? (kind === "tree" ? whyLeftOutIn(files, path, "tree") : null);
}
