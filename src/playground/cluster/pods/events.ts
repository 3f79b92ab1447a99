import { isoTime, uidOf } from "#playground/cluster/identity.ts";
import type { Deployment, KubeObject } from "#playground/cluster/state.ts";
import { podsAt } from "./times.ts";
import { isUnscheduled, waitingFor } from "./troubles.ts";

/** The warnings of a deployment's pods and of the replica set that may not make more, as `get events` lists them. */
export function eventsOf(deployment: Deployment, now: number): KubeObject[] {
  const { metadata } = deployment.object;
  const current = deployment.revisions.at(-1);
  const refused =
    deployment.refusal === undefined || current === undefined
      ? []
      : [
          {
            about: { kind: "ReplicaSet", name: `${metadata.name}-${current.hash}` },
            reason: "FailedCreate",
            message: `Error creating: ${deployment.refusal}`,
          },
        ];
  const ofPods = podsAt(deployment, now).flatMap((pod) => {
    const about = { kind: "Pod", name: pod.name };
    if (isUnscheduled(pod)) return [{ about, reason: "FailedScheduling", message: NO_NODE }];
    const waits = waitingFor(pod, pod.template.spec.containers[0]?.image ?? "", now);
    if (pod.trouble === "Unready")
      return [{ about, reason: "Unhealthy", message: "Readiness probe failed: HTTP probe failed" }];
    if (waits?.message === undefined) return [];
    const reason = waits.reason === "ErrImagePull" ? "Failed" : "BackOff";
    return [{ about, reason, message: waits.message }];
  });
  return [...refused, ...ofPods].map(({ about, reason, message }) => {
    const { namespace = "default" } = metadata;
    const uid = uidOf(`${metadata.uid}/${about.name}/${reason}`);
    const name = `${about.name}.${uid.slice(0, 8)}`;
    const at = isoTime(deployment.changedAt);
    return {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name, namespace, uid, resourceVersion: metadata.resourceVersion, creationTimestamp: at },
      involvedObject: { ...about, namespace },
      type: "Warning",
      reason,
      message,
      count: 1,
      firstTimestamp: at,
      lastTimestamp: at,
    };
  });
}

/** What the scheduler says of a pod that no node takes. */
export const NO_NODE =
  "0/1 nodes are available: 1 node(s) didn't match the pod, were unschedulable or had too many pods.";
