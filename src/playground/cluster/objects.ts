import { endpointSlicesOf, endpointsOf } from "#playground/cluster/pods/endpoints.ts";
import { eventsOf } from "#playground/cluster/pods/events.ts";
import { toldEvents } from "#playground/cluster/pods/happened.ts";
import { livePod, replicaSets } from "#playground/cluster/pods/live.ts";
import { withUse } from "#playground/cluster/pods/quota.ts";
import { countsAt, podsAt } from "#playground/cluster/pods/times.ts";
import { targetOf } from "#playground/cluster/stories/bounds.ts";
import { notFound } from "./errors.ts";
import { isoTime } from "./identity.ts";
import type { Kind } from "./kinds.ts";
import type { Deployment, KubeObject, ManagedEntry, State } from "./state.ts";

/** All objects of a kind in a namespace (null: in all), as the API would list them at this moment. */
export function listObjects(state: State, kind: Kind, namespace: string | null, now: number): KubeObject[] {
  const here = (object: KubeObject) =>
    namespace === null || !kind.namespaced || object.metadata.namespace === namespace;
  const deployments = state.deployments.filter((one) => here(one.object));
  if (kind.plural === "deployments") return sorted(deployments.map((one) => liveDeployment(one, now)));
  if (kind.plural === "pods")
    return sorted(deployments.flatMap((one) => podsAt(one, now).map((pod) => livePod(one, pod, now))));
  if (kind.plural === "replicasets") return sorted(deployments.flatMap((one) => replicaSets(one, now)));
  if (kind.plural === "events")
    return sorted([
      ...deployments.flatMap((one) => eventsOf(one, now)),
      ...toldEvents(state, now).filter(here),
    ]);
  if (kind.plural === "endpoints") return sorted(endpointsOf(state, now).filter(here));
  if (kind.plural === "endpointslices") return sorted(endpointSlicesOf(state, now).filter(here));
  if (kind.plural === "namespaces") return sorted(state.namespaces);
  const stored = sorted(state.others.filter((one) => one.kind === kind.kind && here(one)).map(withStatus));
  if (kind.kind === "ResourceQuota") return stored.map((one) => withUse(state, one, now));
  return kind.kind === "HorizontalPodAutoscaler" ? stored.map((one) => withCounts(state, one)) : stored;
}

/** An autoscaler with the counts that it reads and wants. */
function withCounts(state: State, object: KubeObject): KubeObject {
  const target = targetOf(state, object);
  const currentReplicas = target?.object.spec.replicas ?? 0;
  const status = { currentReplicas, desiredReplicas: target?.takenBack?.replicas ?? currentReplicas };
  return { ...object, status };
}

/** An object with the status of what is up at once: the stand-in runs no pods but those of deployments. */
export function withStatus(object: KubeObject): KubeObject {
  const { generation: observedGeneration = 1 } = object.metadata;
  if (object.kind === "StatefulSet") {
    const replicas = Number(object.spec?.["replicas"] ?? 1);
    const counts = { replicas, readyReplicas: replicas, availableReplicas: replicas };
    return { ...object, status: { observedGeneration, ...counts, updatedReplicas: replicas } };
  }
  if (object.kind === "DaemonSet") {
    const counts = { desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberAvailable: 1 };
    return { ...object, status: { observedGeneration, ...counts } };
  }
  return object.kind === "Job" ? { ...object, status: { active: 1 } } : object;
}

/** The stored deployment; throws NotFound as the API server answers. */
export function getDeployment(state: State, namespace: string, name: string): Deployment {
  const found = state.deployments.find(
    ({ object }) => object.metadata.namespace === namespace && object.metadata.name === name,
  );
  if (found === undefined) throw notFound("deployments.apps", name);
  return found;
}

/** A deployment with the status it has at this moment. */
export function liveDeployment(deployment: Deployment, now: number): KubeObject {
  const { object, revisions, changedAt } = deployment;
  const counts = countsAt(deployment, now);
  const revision = String(revisions.at(-1)?.revision ?? 1);
  const metadata = {
    ...object.metadata,
    annotations: { ...object.metadata.annotations, "deployment.kubernetes.io/revision": revision },
  };
  const enough = counts.ready >= object.spec.replicas - Math.floor(object.spec.replicas / 4);
  const finished = counts.unavailable === 0 && counts.updated >= object.spec.replicas;
  const at = isoTime(changedAt);
  const condition = (type: string, well: boolean, reason: string) => ({
    type,
    status: well ? "True" : "False",
    reason,
    lastUpdateTime: at,
    lastTransitionTime: at,
  });
  const status = {
    observedGeneration: object.metadata.generation ?? 1,
    replicas: counts.replicas,
    updatedReplicas: counts.updated,
    readyReplicas: counts.ready,
    availableReplicas: counts.ready,
    unavailableReplicas: counts.unavailable,
    conditions: [
      condition("Available", enough, enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable"),
      condition(
        "Progressing",
        !hasStalled(deployment, now),
        finished
          ? "NewReplicaSetAvailable"
          : hasStalled(deployment, now)
            ? "ProgressDeadlineExceeded"
            : "ReplicaSetUpdated",
      ),
      ...(deployment.refusal === undefined
        ? []
        : [{ ...condition("ReplicaFailure", true, "FailedCreate"), message: deployment.refusal }]),
    ],
  };
  const shown = Object.fromEntries(Object.entries(status).filter(([, value]) => value !== 0));
  const managedFields = [...(metadata.managedFields ?? []), controllersOwn(shown, at)];
  return { ...object, metadata: { ...metadata, managedFields }, status: shown };
}

/** What the controller of deployments writes into them by itself. */
function controllersOwn(status: object, time: string): ManagedEntry {
  const fields = Object.keys(status).map((name) => [`f:${name}`, {}] as const);
  return {
    manager: "kube-controller-manager",
    operation: "Update",
    apiVersion: "apps/v1",
    time,
    fieldsType: "FieldsV1",
    fieldsV1: {
      "f:metadata": { "f:annotations": { "f:deployment.kubernetes.io/revision": {} } },
      "f:status": Object.fromEntries(fields),
    },
    subresource: "status",
  };
}

/** Whether a rollout has made no progress for longer than its deadline. */
export function hasStalled(deployment: Deployment, now: number): boolean {
  const deadline = deployment.object.spec["progressDeadlineSeconds"];
  const seconds = typeof deadline === "number" ? deadline : 600;
  const { replicas, paused } = deployment.object.spec;
  const counts = countsAt(deployment, now);
  const isDone = counts.unavailable === 0 && counts.updated === replicas && counts.replicas === replicas;
  return !isDone && paused !== true && now - deployment.changedAt > seconds * 1_000;
}

function sorted(objects: KubeObject[]): KubeObject[] {
  const key = ({ metadata }: KubeObject) => `${metadata.namespace ?? ""}/${metadata.name}`;
  return objects.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
