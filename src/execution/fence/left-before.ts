import type { BoundPlan } from "#change/preview.ts";
import type { ExecutionDeps } from "#execution/deps.ts";
import type { Stretch } from "#execution/objects/differences.ts";
import { keptStates } from "#execution/objects/kept-states.ts";
import { leafDifferences } from "#execution/objects/leaves.ts";
import { keyOf, type ObjectState } from "#execution/objects/state.ts";
import { clusterLineOf } from "#policy/kubectl/name-context.ts";

/** What earlier steps of a plan were previewed to leave, by object and path. */
export type LeftBefore = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

/** What the steps before this one were previewed to leave in its cluster; of two that write one path, the later one's. */
export async function leftBefore(
  deps: Pick<ExecutionDeps, "openStates">,
  changeId: string,
  bound: BoundPlan,
  step: number,
): Promise<LeftBefore> {
  const { plan } = bound.plan;
  const own = plan.find((one) => one.step === step);
  const context = own === undefined ? undefined : clusterLineOf(own)?.context;
  const left = new Map<string, Map<string, unknown>>();
  for (const earlier of plan.slice(
    0,
    plan.findIndex((one) => one.step === step),
  )) {
    if (earlier.tool !== "kubectl" || clusterLineOf(earlier)?.context !== context) continue;
    const states = await keptStates(deps, changeId, bound, earlier.step);
    for (const state of states?.objects ?? []) addTo(left, state);
  }
  return left;
}

/** A path as a key: an annotation's own name may hold dots. */
export function pathKey(path: readonly Stretch[]): string {
  return JSON.stringify(path.map((stretch) => (typeof stretch === "string" ? stretch : [stretch.name])));
}

function addTo(left: Map<string, Map<string, unknown>>, { before, after, isRemade }: ObjectState): void {
  if (before === null || after === null || isRemade === true) return;
  const key = keyOf(after);
  const values = left.get(key) ?? new Map<string, unknown>();
  for (const { path, after: value } of leafDifferences(before, after, false))
    values.set(pathKey(path), value);
  left.set(key, values);
}
