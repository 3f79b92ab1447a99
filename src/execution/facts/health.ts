import { z } from "zod";
import type { ClusterObject } from "#execution/previews/object-changes.ts";

/**
 * How an object stands: as asked for, on its way there, or never going to be. `says` is what a person reads: "5 of 5 ready,
 * image registry/app:1.4.3". What has no status is good as soon as it is there.
 */
export type Health = {
  state: "good" | "waiting" | "failed";
  says: string;
  /** Of what waits: what a controller says stands in the way, and does not pass by itself. */
  trouble?: string;
};

/** Judges an object by its own status alone; what its pods say is `pods.ts`. */
export function healthOf(object: ClusterObject): Health {
  const judge = Object.hasOwn(JUDGES, object.kind) ? JUDGES[object.kind] : undefined;
  return judge === undefined ? good("it is there") : judge(object);
}

/** Kinds that have pods of their own to look at while they are on their way. */
export function hasPods({ kind }: ClusterObject): boolean {
  return Object.hasOwn(JUDGES, kind) && kind !== "Pod";
}

const JUDGES: Readonly<Record<string, (object: ClusterObject) => Health>> = {
  Deployment: ofDeployment,
  StatefulSet: ofStatefulSet,
  DaemonSet: ofDaemonSet,
  ReplicaSet: ofReplicas,
  ReplicationController: ofReplicas,
  Job: ofJob,
  Pod: ofPod,
};

const Count = z.int().min(0).optional();
const Condition = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
});
const Conditions = z.array(Condition).nullish();
const Template = z.looseObject({
  spec: z.looseObject({ containers: z.array(z.looseObject({ image: z.string().optional() })) }),
});

const Workload = z.looseObject({
  metadata: z.looseObject({ generation: Count }),
  spec: z.looseObject({
    replicas: Count,
    paused: z.boolean().optional(),
    template: Template.optional(),
    updateStrategy: z
      .looseObject({
        type: z.string().optional(),
        rollingUpdate: z.looseObject({ partition: Count }).nullish(),
      })
      .nullish(),
  }),
  status: z
    .looseObject({
      observedGeneration: Count,
      replicas: Count,
      updatedReplicas: Count,
      readyReplicas: Count,
      availableReplicas: Count,
      desiredNumberScheduled: Count,
      updatedNumberScheduled: Count,
      numberAvailable: Count,
      conditions: Conditions,
    })
    .default({}),
});
type Workload = z.infer<typeof Workload>;

function ofDeployment(object: ClusterObject): Health {
  const { metadata, spec, status } = Workload.parse(object);
  const desired = spec.replicas ?? 1;
  const { updatedReplicas: updated = 0, availableReplicas: available = 0, replicas = 0 } = status;
  if (!isSeen(metadata, status)) return waiting("the cluster has not taken it up yet");
  const broken = brokenBy(status.conditions);
  if (spec.paused === true) return good(`paused, ${updated} of ${desired} updated${imagesOf(spec)}`);
  if (desired === 0)
    return replicas === 0 ? good("scaled to 0") : waiting(`${replicas} pods are still ending`);
  const isThere = updated === desired && replicas === desired && available === desired;
  if (isThere) return good(`${available} of ${desired} ready${imagesOf(spec)}`);
  const says = `${updated} of ${desired} updated, ${available} ready${imagesOf(spec)}`;
  return broken === null ? waiting(says) : { ...waiting(says), trouble: broken };
}

function ofStatefulSet(object: ClusterObject): Health {
  const { metadata, spec, status } = Workload.parse(object);
  const desired = spec.replicas ?? 1;
  const { updatedReplicas: updated = 0, readyReplicas: ready = 0, replicas = 0 } = status;
  const available = status.availableReplicas ?? ready;
  if (!isSeen(metadata, status)) return waiting("the cluster has not taken it up yet");
  if (desired === 0)
    return replicas === 0 ? good("scaled to 0") : waiting(`${replicas} pods are still ending`);
  const isOnDelete = spec.updateStrategy?.type === "OnDelete";
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const toUpdate = isOnDelete ? 0 : Math.max(0, desired - partition);
  const left = isOnDelete
    ? `, ${updated} of ${desired} have the new template; the others take it when they are deleted`
    : partition > 0
      ? `, the rollout stops at partition ${partition}`
      : "";
  if (replicas === desired && available === desired && updated >= toUpdate)
    return good(`${available} of ${desired} ready${imagesOf(spec)}${left}`);
  return waiting(`${updated} of ${toUpdate} updated, ${available} of ${desired} ready${imagesOf(spec)}`);
}

function ofDaemonSet(object: ClusterObject): Health {
  const { metadata, spec, status } = Workload.parse(object);
  const { updatedNumberScheduled: updated = 0, numberAvailable: available = 0 } = status;
  const desired = status.desiredNumberScheduled ?? 0;
  if (!isSeen(metadata, status)) return waiting("the cluster has not taken it up yet");
  if (desired === 0) return good("no node matches");
  const isOnDelete = spec.updateStrategy?.type === "OnDelete";
  if (available === desired && (isOnDelete || updated === desired))
    return good(`${available} of ${desired} ready${imagesOf(spec)}`);
  return waiting(`${updated} of ${desired} updated, ${available} ready${imagesOf(spec)}`);
}

function ofReplicas(object: ClusterObject): Health {
  const { metadata, spec, status } = Workload.parse(object);
  const desired = spec.replicas ?? 1;
  const { replicas = 0, availableReplicas: available = 0 } = status;
  if (!isSeen(metadata, status)) return waiting("the cluster has not taken it up yet");
  if (replicas === desired && available === desired)
    return good(desired === 0 ? "scaled to 0" : `${available} of ${desired} ready`);
  const broken = brokenBy(status.conditions);
  const says = `${available} of ${desired} ready`;
  return broken === null ? waiting(says) : { ...waiting(says), trouble: broken };
}

const JobObject = z.looseObject({
  spec: z.looseObject({ completions: Count, suspend: z.boolean().optional() }),
  status: z
    .looseObject({ active: Count, succeeded: Count, failed: Count, conditions: Conditions })
    .default({}),
});

/** Started is good: how long a job runs is nobody's to wait for, unless the plan itself does. */
function ofJob(object: ClusterObject): Health {
  const { spec, status } = JobObject.parse(object);
  const { active = 0, succeeded = 0, failed: lost = 0 } = status;
  const end = status.conditions?.find(
    ({ type, status: is }) => is === "True" && /^(Complete|Failed)$/.test(type),
  );
  if (end?.type === "Failed") return failed(`the job failed (${reasonOf(end)})`);
  if (end?.type === "Complete") return good(`complete, ${succeeded} succeeded`);
  if (spec.suspend === true) return good("suspended");
  if (active > 0 || succeeded > 0)
    return good(`running, ${active} active, ${succeeded} succeeded, ${lost} failed`);
  return waiting("no pod of it has started yet");
}

const PodObject = z.looseObject({
  status: z.looseObject({ phase: z.string().optional(), conditions: Conditions }).default({}),
});

function ofPod(object: ClusterObject): Health {
  const { status } = PodObject.parse(object);
  if (status.phase === "Failed") return failed("the pod failed");
  if (status.phase === "Succeeded") return good("the pod ended well");
  const isReady =
    status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") === true;
  return isReady ? good("ready") : waiting(`${(status.phase ?? "pending").toLowerCase()}, not ready`);
}

/** Whether the status speaks of what is asked for now, where the kind says so. */
function isSeen(
  { generation }: Workload["metadata"],
  { observedGeneration = -1 }: Workload["status"],
): boolean {
  return generation === undefined || observedGeneration >= generation;
}

/** What a controller says that does not pass by itself: a rollout past its deadline, pods that may not be made. */
function brokenBy(conditions: z.infer<typeof Conditions>): string | null {
  const late = conditions?.find(
    ({ type, reason }) => type === "Progressing" && reason === "ProgressDeadlineExceeded",
  );
  if (late !== undefined) return `its rollout is past its deadline (${reasonOf(late)})`;
  const refused = conditions?.find(({ type, status }) => type === "ReplicaFailure" && status === "True");
  return refused === undefined ? null : `its pods cannot be made (${reasonOf(refused)})`;
}

function reasonOf({ reason = "", message = "" }: z.infer<typeof Condition>): string {
  return [reason, message].filter((part) => part !== "").join(": ") || "no reason given";
}

function imagesOf({ template }: Workload["spec"]): string {
  const images = template?.spec.containers.flatMap(({ image }) => (image === undefined ? [] : [image])) ?? [];
  if (images.length === 0) return "";
  return `, ${images.length === 1 ? "image" : "images"} ${images.join(", ")}`;
}

function good(says: string): Health {
  return { state: "good", says };
}

function waiting(says: string): Health {
  return { state: "waiting", says };
}

function failed(says: string): Health {
  return { state: "failed", says };
}
