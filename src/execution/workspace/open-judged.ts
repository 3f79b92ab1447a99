import type { Plan } from "#change/plan.ts";
import type { ExecutionDeps } from "#execution/deps.ts";
import type { Looks } from "#execution/looks.ts";
import { fetchPackage } from "#execution/modules/fetch-package.ts";
import { packPackage } from "#execution/modules/package-bytes.ts";
import { withPackages } from "#execution/modules/package-files.ts";
import { type Assessment, assessPlan } from "#policy/assess.ts";
import { nameOfPackage, type Package, placeOfPackage } from "#policy/terraform/module-source.ts";
import type { Missing } from "#policy/verdict.ts";
import { whyHoldsSecret } from "#redact/plan.ts";
import { judgeOnDisk } from "./asked-files.ts";
import { openCopy, type WorkspaceCopy, type WorkspaceDeps } from "./copy.ts";
import type { Snapshot } from "./snapshot.ts";

/** What it is given. */
export type JudgedDeps = WorkspaceDeps &
  Pick<ExecutionDeps, "policy" | "redact" | "whyNotPreview" | "keepPackage"> & {
    looks: Pick<Looks, "fetching">;
  };
type Owner = { changeId: string; revision: number; signal: AbortSignal };
/** `isFinal`: no other plan would help, or whoever asked may not have one. */
type Refusal = { ok: false; reason: string; isFinal?: true };
type Opened = { ok: true; copy: WorkspaceCopy; facts: string[] } | Refusal;
type Fetched = { packages: Map<string, Snapshot>; facts: string[] };

/** Modules of modules of modules: what goes deeper is more than anybody reads. */
const MAX_ROUNDS = 10;
const MAX_PACKAGES = 60;
const AT_A_TIME = 4;
const MAX_FACTS = 12;

/**
 * The copy of a plan that neither policy nor what its requester may ask for refuses, with the modules it needs. They are
 * fetched level by level: each is judged, and pinned, before the address of the next is asked.
 */
export async function openJudged(deps: JudgedDeps, owner: Owner, plan: Plan): Promise<Opened> {
  const { policy, redact } = deps;
  const { changeId } = owner;
  const secret = whyHoldsSecret(plan, redact);
  // Told to the model, it would be sent once more.
  if (secret !== null) return { ok: false, reason: secret, isFinal: true };
  const fetched: Fetched = { packages: new Map(), facts: [] };
  for (let round = 0; ; round += 1) {
    const judged = await judgeOnDisk(deps, policy, (files) =>
      assessPlan(plan, policy, withPackages(files, fetched.packages), null),
    );
    if (!judged.ok) return judged;
    const assessment = judged.judged;
    // Before anything is run or asked: terraform's init and plan are code of the root that is named.
    const refusal = await whyNotLookedAt(deps, changeId, plan, assessment);
    if (refusal !== null) return refusal;
    if (assessment.ok) {
      const opened = await openCopy(deps, changeId, plan, assessment.reads, fetched.packages);
      return opened.ok ? { ...opened, facts: shown(fetched.facts) } : opened;
    }
    const problem = await fetchMissing(deps, owner, assessment, { fetched, round });
    if (problem !== null) return { ok: false, reason: problem, isFinal: true };
  }
}

/** A card holds only so much; which versions the others are stands in the root's own files. */
function shown(facts: readonly string[]): string[] {
  const more = facts.length - MAX_FACTS;
  const first = facts.slice(0, MAX_FACTS);
  return more > 0 ? [...first, `And ${more} more ${more === 1 ? "module" : "modules"} fetched`] : first;
}

/** Of a plan whose modules are not there the commands alone say what it is about. */
async function whyNotLookedAt(
  deps: JudgedDeps,
  changeId: string,
  plan: Plan,
  assessment: Assessment,
): Promise<Refusal | null> {
  if (!assessment.ok && assessment.missing === undefined) return { ok: false, reason: assessment.reason };
  const byCommands = assessment.ok ? assessment : assessPlan(plan, deps.policy, null, []);
  if (!byCommands.ok) return { ok: false, reason: byCommands.reason };
  const reason = await deps.whyNotPreview(changeId, plan, byCommands);
  return reason === null ? null : { ok: false, reason, isFinal: true };
}

async function fetchMissing(
  deps: JudgedDeps,
  { changeId, revision, signal }: Owner,
  refused: { reason: string; missing?: Missing },
  { fetched, round }: { fetched: Fetched; round: number },
): Promise<string | null> {
  const { missing, reason } = refused;
  if (missing === undefined) return reason;
  const all = missing.packages;
  if (round >= MAX_ROUNDS || fetched.packages.size + all.length > MAX_PACKAGES)
    return `${reason} It needs more than ${MAX_PACKAGES} packages of modules, or goes more than ${MAX_ROUNDS} deep.`;
  const fetching = await deps.looks.fetching(changeId, missing.environment, signal);
  const fetchOne = async (wanted: Package): Promise<string | null> => {
    const found = await fetchPackage(fetching, wanted);
    if (!found.ok) return deps.redact(found.reason);
    const { snapshot, what } = found;
    await deps.keepPackage(
      { changeId, revision },
      { bytes: await packPackage(snapshot), sha256: snapshot.hash },
    );
    fetched.packages.set(placeOfPackage(wanted), snapshot);
    fetched.facts.push(deps.redact(`Module fetched: ${nameOfPackage(wanted)} (${what})`));
    return null;
  };
  for (let at = 0; at < all.length; at += AT_A_TIME) {
    const problems = await Promise.all(all.slice(at, at + AT_A_TIME).map(fetchOne));
    const problem = problems.find((one) => one !== null);
    if (problem !== undefined) return problem;
  }
  return null;
}
