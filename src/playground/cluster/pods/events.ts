import { isoTime, uidOf } from "#playground/cluster/identity.ts";
import type { Deployment, KubeObject, PodPlan } from "#playground/cluster/state.ts";
import { isUnscheduled } from "./fitting.ts";
import { podId } from "./live.ts";
import { illSince, isCrashing, lastEndOf, restartsOf } from "./restarts.ts";
import { podsAt } from "./times.ts";
import { isPulling, waitingFor, whyNotPulled } from "./troubles.ts";

/** What is told of one object: how often, and when for the first and the last time. */
export type Told = {
  type: "Normal" | "Warning";
  reason: string;
  message: string;
  count?: number;
  firstAt: number;
  lastAt: number;
};

/** An API server keeps events for an hour. */
const KEPT_MS = 3_600_000;

/** What is told of a deployment's pods, and of the replica set that may not make more, as `get events` lists it. */
export function eventsOf(deployment: Deployment, now: number): KubeObject[] {
  const { metadata } = deployment.object;
  const { namespace = "default" } = metadata;
  const current = deployment.revisions.at(-1);
  const set = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    namespace,
    name: `${metadata.name}-${current?.hash}`,
  };
  const refused = refusedOf(deployment, now).map((told) => eventOf(set, metadata.uid, told));
  const ofPods = podsAt(deployment, now).flatMap((pod) => {
    const about = { apiVersion: "v1", kind: "Pod", namespace, name: pod.name };
    const all = toldOf(pod, podId(deployment, pod), namespace, now);
    return all
      .filter(({ lastAt }) => now - lastAt < KEPT_MS)
      .map((told) => eventOf(about, metadata.uid, told));
  });
  return [...refused, ...ofPods];
}

/** An event as the API has it; its name follows from what it tells. */
export function eventOf(
  about: { apiVersion: string; kind: string; namespace: string; name: string },
  owner: string,
  { type, reason, message, count = 1, firstAt, lastAt }: Told,
): KubeObject {
  const { namespace } = about;
  const uid = uidOf(`${owner}/${about.name}/${reason}/${message.replaceAll(/\d+m?\d*s/g, "")}`);
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: {
      name: `${about.name}.${uid.slice(0, 8)}`,
      namespace,
      uid,
      resourceVersion: "1",
      creationTimestamp: isoTime(firstAt),
    },
    involvedObject: about,
    type,
    reason,
    message,
    count,
    source: { component: componentOf(about.kind, reason) },
    firstTimestamp: isoTime(firstAt),
    lastTimestamp: isoTime(lastAt),
  };
}

function componentOf(kind: string, reason: string): string {
  if (kind === "ReplicaSet") return "replicaset-controller";
  if (kind === "Deployment") return "deployment-controller";
  if (kind === "HorizontalPodAutoscaler") return "horizontal-pod-autoscaler";
  return /Schedul/.test(reason) ? "default-scheduler" : "kubelet";
}

function refusedOf({ refusal, changedAt }: Deployment, now: number): Told[] {
  if (refusal === undefined) return [];
  const often = repeated(changedAt, now, 60_000);
  return [{ type: "Warning", reason: "FailedCreate", message: `Error creating: ${refusal}`, ...often }];
}

function toldOf(pod: PodPlan, id: string, namespace: string, now: number): Told[] {
  const since = illSince(pod);
  if (isUnscheduled(pod)) {
    const message = pod.says ?? "";
    return [{ type: "Warning", reason: "FailedScheduling", message, ...repeated(since, now, 300_000) }];
  }
  const [container = { name: "", image: "" }] = pod.template.spec.containers;
  const placed = once(
    "Scheduled",
    `Successfully assigned ${namespace}/${pod.name} to playground`,
    pod.bornAt,
  );
  return [placed, ...startOf(pod, container, now), ...troubleOf(pod, container, id, now)];
}

/** The container is made and started, once or again and again. */
function startOf(pod: PodPlan, { name, image }: { name: string; image: string }, now: number): Told[] {
  const pulled = `Container image "${image}" already present on machine`;
  if (/^(ImagePullBackOff|InvalidImageName)$/.test(pod.trouble ?? "")) return [];
  if (pod.trouble === "CreateContainerConfigError")
    return [{ ...once("Pulled", pulled, pod.bornAt), ...repeated(illSince(pod), now, 15_000) }];
  const lastAt = lastEndOf(pod, now)?.at ?? pod.bornAt;
  const often = { count: restartsOf(pod, now) + 1, firstAt: pod.bornAt, lastAt };
  return [
    { ...once("Pulled", pulled, pod.bornAt), ...often },
    { ...once("Created", `Created container: ${name}`, pod.bornAt), ...often },
    { ...once("Started", `Started container ${name}`, pod.bornAt), ...often },
  ];
}

function troubleOf(
  pod: PodPlan,
  { name, image }: { name: string; image: string },
  id: string,
  now: number,
): Told[] {
  const { trouble, says } = pod;
  const often = (everyMs: number) => repeated(illSince(pod), now, everyMs);
  const warns = (reason: string, message: string, everyMs: number): Told => ({
    ...{ type: "Warning", reason, message },
    ...often(everyMs),
  });
  if (trouble === null) return [];
  if (trouble === "Unready") return [warns("Unhealthy", says ?? "Readiness probe failed", 10_000)];
  if (isCrashing(pod)) {
    const message = `Back-off restarting failed container ${name} in pod ${id}`;
    const probe =
      says?.startsWith("Liveness probe failed") === true ? [warns("Unhealthy", says, 10_000)] : [];
    return [...probe, warns("BackOff", message, 15_000)];
  }
  if (trouble !== "ImagePullBackOff") return [warns("Failed", `Error: ${says ?? trouble}`, 15_000)];
  const tries = [
    { ...once("Pulling", `Pulling image "${image}"`, pod.bornAt), ...often(300_000) },
    warns("Failed", `Failed to pull image "${image}": ${whyNotPulled(pod, image)}`, 300_000),
    warns("Failed", "Error: ErrImagePull", 300_000),
  ];
  if (isPulling(pod, now)) return tries;
  const waits = waitingFor(pod, { name, image }, id, now)?.message ?? "";
  const backOff = { ...once("BackOff", waits, pod.bornAt), ...often(15_000) };
  return [...tries, backOff, warns("Failed", "Error: ImagePullBackOff", 15_000)];
}

function once(reason: string, message: string, at: number): Told {
  return { type: "Normal", reason, message, firstAt: at, lastAt: at };
}

/** Told anew every so often: how often until now, and when last. */
function repeated(since: number, now: number, everyMs: number): Pick<Told, "count" | "firstAt" | "lastAt"> {
  const times = Math.floor(Math.max(0, now - since) / everyMs);
  return { count: times + 1, firstAt: since, lastAt: since + times * everyMs };
}
