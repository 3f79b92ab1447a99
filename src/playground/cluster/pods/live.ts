import { createHash } from "node:crypto";
import { isoTime, uidOf } from "#playground/cluster/identity.ts";
import type { Deployment, KubeObject, Metadata, PodPlan } from "#playground/cluster/state.ts";
import { isUnscheduled } from "./fitting.ts";
import { illSince, isCrashing, lastEndOf, restartsOf } from "./restarts.ts";
import { isReady, podsAt } from "./times.ts";
import { waitingFor } from "./troubles.ts";

/** A pod as the API shows it at this moment. */
export function livePod(deployment: Deployment, pod: PodPlan, now: number): KubeObject {
  const { metadata } = deployment.object;
  const id = podId(deployment, pod);
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
    spec: { ...pod.template.spec, ...(isUnscheduled(pod) ? {} : { nodeName: "playground" }) },
    status: isUnscheduled(pod) ? unscheduledStatus(pod) : statusOf(pod, id, now),
  };
}

/** A pod as the kubelet writes it: `web-5d9_production(0b1c…)`. */
export function podId({ object: { metadata } }: Deployment, { name }: PodPlan): string {
  return `${name}_${metadata.namespace}(${uidOf(`${metadata.uid}/${name}`)})`;
}

function unscheduledStatus({ says }: PodPlan) {
  const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message: says };
  return { phase: "Pending", conditions: [condition] };
}

function statusOf(pod: PodPlan, id: string, now: number) {
  const ready = isReady(pod, now);
  const isRunning = ready || isCrashing(pod) || pod.trouble === "Unready";
  const ended = terminated(pod, now);
  return {
    phase: isRunning ? "Running" : "Pending",
    hostIP: "10.0.0.10",
    podIP: podAddress(pod.name),
    startTime: isoTime(pod.bornAt),
    conditions: conditionsOf(pod, ready),
    containerStatuses: pod.template.spec.containers.map(({ name, image }) => {
      const waiting = waitingFor(pod, { name, image }, id, now);
      const running = { running: { startedAt: isoTime(pod.readyAt ?? pod.bornAt) } };
      return {
        name,
        image,
        ready,
        started: ready || pod.trouble === "Unready",
        restartCount: restartsOf(pod, now),
        state: waiting === null ? running : { waiting },
        ...(ended === null ? {} : { lastState: { terminated: ended } }),
      };
    }),
  };
}

/** A container runs for a second before it dies. */
const RUNS_MS = 1_000;

function terminated(pod: PodPlan, now: number) {
  const end = lastEndOf(pod, now);
  if (end === null) return null;
  const { at, exitCode, reason } = end;
  const startedAt = isoTime(Math.max(at - RUNS_MS, Math.min(at, illSince(pod))));
  return { exitCode, reason, startedAt, finishedAt: isoTime(at) };
}

function conditionsOf(pod: PodPlan, ready: boolean) {
  const names = pod.template.spec.containers.map(({ name }) => name).join(" ");
  const unready = { reason: "ContainersNotReady", message: `containers with unready status: [${names}]` };
  const lastTransitionTime = isoTime(pod.readyAt ?? illSince(pod));
  const condition = (type: string, isTrue: boolean) => ({
    type,
    status: isTrue ? "True" : "False",
    lastTransitionTime,
    ...(isTrue ? {} : unready),
  });
  return [
    condition("Initialized", true),
    condition("Ready", ready),
    condition("ContainersReady", ready),
    condition("PodScheduled", true),
  ];
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

/** A deployment's replica sets, one for each revision. */
export function replicaSets(deployment: Deployment, now: number): KubeObject[] {
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

/** The address of a pod of this name. */
export function podAddress(name: string): string {
  const bytes = createHash("sha256").update(name).digest();
  return `10.42.0.${2 + ((bytes[0] ?? 0) % 250)}`;
}
