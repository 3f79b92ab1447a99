import type { Deployment, KubeObject, State } from "#playground/cluster/state.ts";
import { podsAt } from "./times.ts";

/** How many pods a deployment may have by its namespace's quotas, and what the server says of one more. */
export type Room = { pods: number; refusal: string };

/** What quotas leave for this deployment beside the pods of the others; null where there is none. */
export function roomFor(state: State, deployment: Deployment, now: number): Room | null {
  const { namespace } = deployment.object.metadata;
  const others = state.deployments.filter(
    (one) => one !== deployment && one.object.metadata.namespace === namespace,
  );
  const used = others.reduce((sum, one) => sum + podsAt(one, now).length, 0);
  const rooms = state.others.flatMap(({ kind, metadata, spec }): Room[] => {
    if (kind !== "ResourceQuota" || metadata.namespace !== namespace) return [];
    const hard = (spec?.["hard"] ?? {}) as Record<string, string | number>;
    const most = Number(hard["pods"] ?? hard["count/pods"] ?? Number.NaN);
    if (Number.isNaN(most)) return [];
    const full = `used: pods=${most}, limited: pods=${most}`;
    const refusal = `exceeded quota: ${metadata.name}, requested: pods=1, ${full}`;
    return [{ pods: Math.max(0, most - used), refusal }];
  });
  return rooms.toSorted((one, other) => one.pods - other.pods)[0] ?? null;
}

/** A quota with what is used of it: pods, for nothing else is counted here. */
export function withUse(state: State, quota: KubeObject, now: number): KubeObject {
  const { namespace } = quota.metadata;
  const mine = state.deployments.filter(({ object }) => object.metadata.namespace === namespace);
  const pods = String(mine.reduce((sum, one) => sum + podsAt(one, now).length, 0));
  const hard = (quota.spec?.["hard"] ?? {}) as Record<string, unknown>;
  const used = Object.keys(hard).map((name) => [name, /^(count\/)?pods$/.test(name) ? pods : "0"]);
  return { ...quota, status: { hard, used: Object.fromEntries(used) } };
}
