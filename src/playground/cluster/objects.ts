import { createHash } from "node:crypto";
import { notFound } from "./errors.ts";
import type { Kind } from "./kinds.ts";
import { countsAt, isReady, podsAt } from "./pods.ts";
import type { Deployment, KubeObject, ManagedEntry, Metadata, PodPlan, State } from "./state.ts";

/** Pods of a deployment that dies again and again are restarted this often. */
const RESTART_EVERY_MS = 300_000;

/** All objects of a kind in a namespace (null: in all), as the API would list them at this moment. */
export function listObjects(state: State, kind: Kind, namespace: string | null, now: number): KubeObject[] {
  const here = (object: KubeObject) =>
    namespace === null || !kind.namespaced || object.metadata.namespace === namespace;
  const deployments = state.deployments.filter((one) => here(one.object));
  if (kind.plural === "deployments") return sorted(deployments.map((one) => liveDeployment(one, now)));
  if (kind.plural === "pods")
    return sorted(deployments.flatMap((one) => podsAt(one, now).map((pod) => livePod(one, pod, now))));
  if (kind.plural === "replicasets") return sorted(deployments.flatMap((one) => replicaSets(one, now)));
  if (kind.plural === "namespaces") return sorted(state.namespaces);
  return sorted(state.others.filter((one) => one.kind === kind.kind && here(one)));
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
  return countsAt(deployment, now).unavailable > 0 && now - deployment.changedAt > seconds * 1_000;
}

/** A pod's restarts until this moment. */
export function restartsOf(pod: PodPlan, now: number): number {
  if (pod.trouble !== "CrashLoopBackOff") return 0;
  return now - pod.bornAt < 1_000 ? 0 : 1 + Math.floor((now - pod.bornAt) / RESTART_EVERY_MS);
}

/** What the STATUS column says of a pod. */
function phaseOf(pod: PodPlan, now: number): string {
  if (isReady(pod, now)) return "Running";
  return pod.trouble ?? "ContainerCreating";
}

/** The API's date format: seconds, UTC. */
export function isoTime(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}

function livePod(deployment: Deployment, pod: PodPlan, now: number): KubeObject {
  const { metadata } = deployment.object;
  const ready = isReady(pod, now);
  const waiting = ready ? {} : { waiting: { reason: phaseOf(pod, now) } };
  const running = ready ? { running: { startedAt: isoTime(pod.readyAt ?? now) } } : {};
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...meta(metadata, pod.name, pod.bornAt, {
        ...pod.template.metadata.labels,
        "pod-template-hash": pod.hash,
      }),
      ownerReferences: [ownerOf(metadata, pod)],
    },
    spec: { ...pod.template.spec, nodeName: "playground" },
    status: {
      phase: ready || pod.trouble === "CrashLoopBackOff" ? "Running" : "Pending",
      podIP: podAddress(pod.name),
      startTime: isoTime(pod.bornAt),
      conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
      containerStatuses: pod.template.spec.containers.map(({ name, image }) => ({
        name,
        image,
        ready,
        started: ready,
        restartCount: restartsOf(pod, now),
        state: { ...waiting, ...running },
      })),
    },
  };
}

function ownerOf({ name, uid }: Metadata, { hash }: PodPlan) {
  const set = `${name}-${hash}`;
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    name: set,
    uid: uidOf(`${uid}/${set}`),
    controller: true,
  };
}

function replicaSets(deployment: Deployment, now: number): KubeObject[] {
  const { metadata, spec } = deployment.object;
  return deployment.revisions.map((revision) => {
    const pods = podsAt(deployment, now).filter((pod) => pod.hash === revision.hash);
    const current = revision === deployment.revisions.at(-1);
    const ready = pods.filter((pod) => isReady(pod, now)).length;
    const labels = { ...revision.template.metadata.labels, "pod-template-hash": revision.hash };
    return {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: {
        ...meta(metadata, `${metadata.name}-${revision.hash}`, revision.createdAt, labels),
        annotations: { "deployment.kubernetes.io/revision": String(revision.revision) },
        ownerReferences: [
          {
            apiVersion: "apps/v1",
            kind: "Deployment",
            name: metadata.name,
            uid: metadata.uid,
            controller: true,
          },
        ],
      },
      spec: { replicas: current ? spec.replicas : pods.length, template: revision.template },
      status: { replicas: pods.length, readyReplicas: ready },
    };
  });
}

function meta(owner: Metadata, name: string, at: number, labels: Record<string, string>): Metadata {
  const { namespace = "default", resourceVersion } = owner;
  return {
    name,
    namespace,
    uid: uidOf(`${owner.uid}/${name}`),
    resourceVersion,
    creationTimestamp: isoTime(at),
    labels,
  };
}

/** A uid that is always the same for the same seed. */
export function uidOf(seed: string): string {
  const hex = createHash("sha256").update(seed).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

function podAddress(name: string): string {
  const bytes = createHash("sha256").update(name).digest();
  return `10.42.0.${2 + ((bytes[0] ?? 0) % 250)}`;
}

function sorted(objects: KubeObject[]): KubeObject[] {
  const key = ({ metadata }: KubeObject) => `${metadata.namespace ?? ""}/${metadata.name}`;
  return objects.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
