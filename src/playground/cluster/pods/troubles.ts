import type { Deployment, PodPlan, State, Template } from "#playground/cluster/state.ts";
import { storyOf } from "#playground/cluster/stories/ill.ts";
import { UNFIT, whyUnfit } from "./fitting.ts";
import { missingReference } from "./references.ts";
import { isCrashing, restartsOf, waitAfter } from "./restarts.ts";

/** Marks a deployment whose pods start and die again, so that its rollouts never end. */
export const NEVER_READY = "playground/never-ready";

/**
 * What keeps a pod from answering: kubectl's word for it, and what its state or its event says of it. `mends`: it comes up
 * by itself once what keeps it is gone; else only a new pod does.
 */
export type Ill = Pick<PodPlan, "says" | "mends"> & { trouble: string };

/** A tag, or what a probe asks for, that ends so is what never answers. */
const MISSING = /(^|[:/ ])(missing|broken|does-not-exist)$/;
/** The registry is asked this long before the kubelet waits between its tries. */
const PULL_MS = 1_000;
const NOT_FOUND = "HTTP probe failed with statuscode: 404";

/** Why a pod of this template never answers, or null. Where it fits on no node, that comes first. */
export function illOf(state: State, deployment: Deployment, template: Template): Ill | null {
  const unfit = whyUnfit(state, template);
  if (unfit !== null) return { trouble: UNFIT, says: unfit };
  const story = storyOf(state, deployment, template);
  if (story !== null)
    return {
      trouble: story.is,
      mends: true,
      ...(story.message === undefined ? {} : { says: story.message }),
    };
  const { namespace = "default", annotations } = deployment.object.metadata;
  if (annotations?.[NEVER_READY] === "true") return { trouble: "CrashLoopBackOff" };
  const image = illOfImage(template);
  if (image !== null) return image;
  const missing = missingReference(state, namespace, template);
  if (missing !== null) return { trouble: "CreateContainerConfigError", says: missing, mends: true };
  return illOfProbe(template);
}

function illOfImage({ spec }: Template): Ill | null {
  const images = spec.containers.map(({ image }) => image);
  if (images.some((image) => !/^[a-z0-9][a-z0-9._/:-]*(:[\w.-]{1,128})?(@sha256:[0-9a-f]{64})?$/.test(image)))
    return { trouble: "InvalidImageName" };
  const isMissing = images.some((image) => image.includes(":") && MISSING.test(image));
  return isMissing ? { trouble: "ImagePullBackOff" } : null;
}

function illOfProbe({ spec }: Template): Ill | null {
  const { containers } = spec;
  if (containers.some((one) => fails(one["livenessProbe"]) || fails(one["startupProbe"])))
    return { trouble: "CrashLoopBackOff", says: `Liveness probe failed: ${NOT_FOUND}` };
  const isUnready = containers.some((one) => fails(one["readinessProbe"]));
  return isUnready ? { trouble: "Unready", says: `Readiness probe failed: ${NOT_FOUND}` } : null;
}

/** A probe that asks for what is named as missing. */
function fails(probe: unknown): boolean {
  const { httpGet, exec } = (probe ?? {}) as { httpGet?: { path?: string }; exec?: { command?: string[] } };
  return MISSING.test(httpGet?.path ?? "") || MISSING.test((exec?.command ?? []).join(" "));
}

/** What a container of this pod waits for at this moment, and null where it runs. `id`: the pod as the kubelet writes it. */
export function waitingFor(
  pod: PodPlan,
  { name, image }: { name: string; image: string },
  id: string,
  now: number,
): { reason: string; message?: string } | null {
  if (pod.readyAt !== null && pod.readyAt <= now) return null;
  if (pod.trouble === null) return { reason: "ContainerCreating" };
  if (pod.trouble === "Unready") return null;
  if (isCrashing(pod)) {
    const wait = waitAfter(restartsOf(pod, now));
    const message = `back-off ${wait} restarting failed container=${name} pod=${id}`;
    return { reason: "CrashLoopBackOff", message };
  }
  if (pod.trouble !== "ImagePullBackOff")
    return { reason: pod.trouble, ...(pod.says === undefined ? {} : { message: pod.says }) };
  return isPulling(pod, now)
    ? { reason: "ErrImagePull", message: whyNotPulled(pod, image) }
    : { reason: pod.trouble, message: `Back-off pulling image "${image}"` };
}

/** Whether the first tries to pull a pod's image are still going on. */
export function isPulling({ bornAt }: PodPlan, now: number): boolean {
  return now - bornAt < PULL_MS;
}

/** What the registry said of an image. */
export function whyNotPulled({ says }: PodPlan, image: string): string {
  if (says === undefined) return `failed to pull and unpack image "${image}": not found`;
  return says.replace(/^Failed to pull image "[^"]*": /, "");
}
