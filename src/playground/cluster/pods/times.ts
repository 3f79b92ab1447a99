import type { Deployment, PodPlan } from "#playground/cluster/state.ts";

/** What can be counted of a deployment at a moment. */
export type Counts = { replicas: number; updated: number; ready: number; unavailable: number };

/** The pods that are there at this moment. */
export function podsAt(deployment: Deployment, now: number): PodPlan[] {
  return deployment.pods.filter((pod) => pod.bornAt <= now && (pod.goneAt === null || pod.goneAt > now));
}

/** What the deployment's status says at this moment. */
export function countsAt(deployment: Deployment, now: number): Counts {
  const pods = podsAt(deployment, now);
  const current = deployment.revisions.at(-1)?.hash;
  const ready = pods.filter((pod) => isReady(pod, now)).length;
  const { replicas } = deployment.object.spec;
  return {
    replicas: pods.length,
    updated: pods.filter((pod) => pod.hash === current).length,
    ready,
    unavailable: Math.max(0, replicas - ready),
  };
}

/** Whether a pod answers at this moment. */
export function isReady(pod: PodPlan, now: number): boolean {
  return pod.readyAt !== null && pod.readyAt <= now;
}
