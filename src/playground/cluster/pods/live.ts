import { createHash } from "node:crypto";
import { isoTime, uidOf } from "#playground/cluster/identity.ts";
import type { Deployment, KubeObject, Metadata, PodPlan } from "#playground/cluster/state.ts";
import { NO_NODE } from "./events.ts";
import { isReady, podsAt } from "./times.ts";
import { isUnscheduled, restartsOf, waitingFor } from "./troubles.ts";

/** A pod as the API shows it at this moment. */
export function livePod(deployment: Deployment, pod: PodPlan, now: number): KubeObject {
  const { metadata } = deployment.object;
  const ready = isReady(pod, now);
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
    status: isUnscheduled(pod) ? UNSCHEDULED : statusOf(pod, ready, now),
  };
}

const UNSCHEDULED = {
  phase: "Pending",
  conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: NO_NODE }],
};

function statusOf(pod: PodPlan, ready: boolean, now: number) {
  const restartCount = restartsOf(pod, now);
  const isRunning = ready || /^(CrashLoopBackOff|Unready)$/.test(pod.trouble ?? "");
  const ended = { terminated: { exitCode: 1, reason: "Error", finishedAt: isoTime(now) } };
  return {
    phase: isRunning ? "Running" : "Pending",
    podIP: podAddress(pod.name),
    startTime: isoTime(pod.bornAt),
    conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
    containerStatuses: pod.template.spec.containers.map(({ name, image }) => {
      const waiting = waitingFor(pod, image, now);
      const running = { running: { startedAt: isoTime(pod.readyAt ?? pod.bornAt) } };
      return {
        name,
        image,
        ready,
        started: ready || pod.trouble === "Unready",
        restartCount,
        state: waiting === null ? running : { waiting },
        ...(restartCount === 0 ? {} : { lastState: ended }),
      };
    }),
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

function podAddress(name: string): string {
  const bytes = createHash("sha256").update(name).digest();
  return `10.42.0.${2 + ((bytes[0] ?? 0) % 250)}`;
}
