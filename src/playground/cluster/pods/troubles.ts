import type { PodPlan, State, Template } from "#playground/cluster/state.ts";

/** Marks a deployment whose pods start and die again, so that its rollouts never end. */
export const NEVER_READY = "playground/never-ready";

/** A tag, or what a probe asks for, that ends so is what never answers. */
const MISSING = /(^|[:/ ])(missing|broken|does-not-exist)$/;
/** The registry is asked this long before the kubelet waits between its tries. */
const PULL_MS = 1_000;
/** Pods that die again and again are restarted after 1, 2, 4 … s, and in the end this often. */
const RESTART_EVERY_MS = 300_000;
const UNSCHEDULABLE = "Unschedulable";

/** Why a pod of this template never answers, or null. Where it fits on no node, that comes first. */
export function troubleOf(
  state: State,
  template: Template,
  annotations: Record<string, string>,
): string | null {
  if (!fitsSomewhere(state, template)) return UNSCHEDULABLE;
  if (annotations[NEVER_READY] === "true") return "CrashLoopBackOff";
  const { containers } = template.spec;
  const images = containers.map((container) => container.image);
  if (images.some((image) => !/^[a-z0-9][a-z0-9._/:-]*(:[\w.-]{1,128})?(@sha256:[0-9a-f]{64})?$/.test(image)))
    return "InvalidImageName";
  if (images.some((image) => image.includes(":") && MISSING.test(image))) return "ImagePullBackOff";
  if (containers.some((one) => fails(one["livenessProbe"]) || fails(one["startupProbe"])))
    return "CrashLoopBackOff";
  return containers.some((one) => fails(one["readinessProbe"])) ? "Unready" : null;
}

/** Why a pod that does not fit on the node waits. */
export function unscheduled(pod: PodPlan): PodPlan {
  return { ...pod, readyAt: null, trouble: UNSCHEDULABLE };
}

/** Whether a pod waits for a node. */
export function isUnscheduled({ trouble }: PodPlan): boolean {
  return trouble === UNSCHEDULABLE;
}

/** What a container of this pod waits for at this moment, and null where it runs. */
export function waitingFor(
  pod: PodPlan,
  image: string,
  now: number,
): { reason: string; message?: string } | null {
  if (pod.readyAt !== null && pod.readyAt <= now) return null;
  if (pod.trouble === null) return { reason: "ContainerCreating" };
  if (pod.trouble === "Unready") return null;
  if (pod.trouble === "CrashLoopBackOff")
    return {
      reason: pod.trouble,
      message: `back-off restarting failed container in pod ${pod.name}`,
    };
  if (pod.trouble !== "ImagePullBackOff") return { reason: pod.trouble };
  const isPulling = now - pod.bornAt < PULL_MS;
  return isPulling
    ? { reason: "ErrImagePull", message: `failed to pull and unpack image "${image}": not found` }
    : { reason: pod.trouble, message: `Back-off pulling image "${image}"` };
}

/** A pod's restarts until this moment. */
export function restartsOf({ trouble, bornAt }: PodPlan, now: number): number {
  if (trouble !== "CrashLoopBackOff" || now - bornAt < 1_000) return 0;
  const quick = Math.min(9, 1 + Math.floor(Math.log2((now - bornAt) / 1_000)));
  return quick + Math.max(0, Math.floor((now - bornAt - 256_000) / RESTART_EVERY_MS));
}

/** A probe that asks for what is named as missing. */
function fails(probe: unknown): boolean {
  const { httpGet, exec } = (probe ?? {}) as { httpGet?: { path?: string }; exec?: { command?: string[] } };
  return MISSING.test(httpGet?.path ?? "") || MISSING.test((exec?.command ?? []).join(" "));
}

type NodeSpec = { unschedulable?: boolean; taints?: { key: string; effect: string }[] };
type PodSpec = {
  nodeSelector?: Record<string, string>;
  tolerations?: { key?: string; operator?: string }[];
};

function fitsSomewhere(state: State, template: Template): boolean {
  const { nodeSelector = {}, tolerations = [] } = template.spec as PodSpec;
  const nodes = state.others.filter(({ kind }) => kind === "Node");
  return nodes.some(({ metadata, spec }) => {
    const { unschedulable = false, taints = [] } = (spec ?? {}) as NodeSpec;
    const bars = taints.filter(({ effect }) => effect !== "PreferNoSchedule");
    const isBarred = bars.some((taint) => !tolerations.some(({ key = taint.key }) => key === taint.key));
    const isMeant = Object.entries(nodeSelector).every(([key, value]) => metadata.labels?.[key] === value);
    return !unschedulable && !isBarred && isMeant;
  });
}
