import type { Deployment, KubeObject, State } from "#playground/cluster/state.ts";

/** The controller looks at the counts this long after one of them, or a bound, was changed. */
const LOOKS_AFTER_MS = 5_000;

/** Notes on each deployment when which autoscaler takes its count back, to be called after a change of any object. */
export function noteBounds(state: State, now: number): void {
  for (const scaler of state.others) {
    if (scaler.kind !== "HorizontalPodAutoscaler") continue;
    const target = targetOf(state, scaler);
    if (target === null) continue;
    const { replicas } = target.object.spec;
    const within = boundedBy(scaler, replicas);
    if (within === replicas) delete target.takenBack;
    else if (target.takenBack?.replicas !== within)
      target.takenBack = { at: now + LOOKS_AFTER_MS, replicas: within, by: scaler.metadata.name };
  }
  for (const deployment of state.deployments) {
    const { takenBack } = deployment;
    if (takenBack !== undefined && !isThere(state, takenBack.by, deployment)) delete deployment.takenBack;
  }
}

/** The deployment that an autoscaler scales; null: it is not there, or no deployment. */
export function targetOf(state: State, { metadata, spec }: KubeObject): Deployment | null {
  const { kind, name } = Object(spec?.["scaleTargetRef"]);
  const found = state.deployments.find(
    ({ object }) => object.metadata.namespace === metadata.namespace && object.metadata.name === name,
  );
  return kind === "Deployment" ? (found ?? null) : null;
}

/** The count within an autoscaler's bounds that is next to this one; 0 switches it off. */
function boundedBy({ spec }: KubeObject, replicas: number): number {
  const [least, most] = [Number(spec?.["minReplicas"] ?? 1), Number(spec?.["maxReplicas"] ?? replicas)];
  return replicas === 0 ? 0 : Math.min(most, Math.max(least, replicas));
}

function isThere(state: State, name: string, { object }: Deployment): boolean {
  return state.others.some(
    (one) =>
      one.kind === "HorizontalPodAutoscaler" &&
      one.metadata.name === name &&
      one.metadata.namespace === object.metadata.namespace &&
      Object(one.spec?.["scaleTargetRef"]).name === object.metadata.name,
  );
}
