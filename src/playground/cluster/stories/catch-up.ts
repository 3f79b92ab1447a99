import { tell } from "#playground/cluster/pods/happened.ts";
import type { Deployment, State } from "#playground/cluster/state.ts";
import { editStored } from "#playground/cluster/store.ts";

const WRITER = { manager: "kube-controller-manager", operation: "Update", subresource: "scale" } as const;

/** Does what autoscalers have done until now, each at its moment: the file has no process of its own that could. */
export function catchUp(state: State, now: number): void {
  const due = state.deployments.filter(({ takenBack }) => takenBack !== undefined && takenBack.at <= now);
  for (const deployment of due) takeBack(state, deployment);
}

function takeBack(state: State, deployment: Deployment): void {
  const { takenBack, object } = deployment;
  if (takenBack === undefined) return;
  const { at, replicas, by } = takenBack;
  const { namespace = "default" } = object.metadata;
  const bound = replicas > object.spec.replicas ? "below Spec.MinReplicas" : "above Spec.MaxReplicas";
  editStored(state, { object, deployment }, { dryRun: false, now: at, writer: WRITER }, () => {
    object.spec.replicas = replicas;
  });
  const message = `New size: ${replicas}; reason: Current number of replicas ${bound}`;
  const told = { namespace, type: "Normal", reason: "SuccessfulRescale", message, at } as const;
  tell(state, { ...told, kind: "HorizontalPodAutoscaler", name: by });
}
