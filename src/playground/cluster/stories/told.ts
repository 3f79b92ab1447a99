import { isCrashing } from "#playground/cluster/pods/restarts.ts";
import type { PodPlan, State } from "#playground/cluster/state.ts";
import type { Log } from "./story.ts";

/**
 * What a story has a pod print; null: no story of it says anything. Of a container that waits to be started again the log
 * is the one that died, as of the previous one. What a deployment prints in its trouble, pods that came up do not.
 */
export function toldOf(state: State, namespace: string, pod: PodPlan, previous: boolean): string[] | null {
  const { troubles = [], logs = [] } = state.stories ?? {};
  const owner = state.deployments.find(
    (one) => one.object.metadata.namespace === namespace && one.pods.some(({ name }) => name === pod.name),
  );
  const ref = `${namespace}/deployment/${owner?.object.metadata.name}`;
  const mine = logs.filter((one) => one.of === ref);
  const isWell = pod.trouble === null && troubles.some((one) => one.of === ref);
  const current = isWell ? undefined : linesOf(mine, false);
  const died = linesOf(mine, true);
  if (previous) return died ?? current ?? null;
  return current ?? (isCrashing(pod) ? died : undefined) ?? null;
}

function linesOf(logs: readonly Log[], previous: boolean): string[] | undefined {
  const found = logs.filter((one) => (one.previous === true) === previous);
  return found.length === 0 ? undefined : found.flatMap(({ lines }) => lines);
}
