import { createHash } from "node:crypto";
import type { Deployment, PodPlan, Template } from "./state.ts";

/** Marks a deployment whose pods start and die again, so that its rollouts never end. */
export const NEVER_READY = "playground/never-ready";
/** One node takes this many pods; the rest of a deployment stays unscheduled, as the real scheduler leaves it. */
const MAX_PODS = 110;
/** A pod is ready this long after its birth, and the next one this much later. */
const START_MS = 400;
const STEP_MS = 250;
/** However many pods: the last one is ready after this time. */
const LONGEST_ROLLOUT_MS = 4_000;
const LETTERS = "bcdfghjklmnpqrstvwxz2456789";

/** What can be counted of a deployment at a moment. */
export type Counts = { replicas: number; updated: number; ready: number; unavailable: number };

/** Plans the pods' lives so that they reach the spec from where they are now; to be called after every change of it. */
export function schedule(deployment: Deployment, now: number): void {
  const { spec, metadata } = deployment.object;
  const template = currentTemplate(deployment, now);
  const alive = podsAt(deployment, now).map((pod): PodPlan => ({ ...pod, goneAt: null }));
  const mine = alive
    .filter((pod) => pod.hash === template.hash)
    .toSorted(readyFirst)
    .slice(0, spec.replicas);
  const old = spec.replicas === 0 ? [] : alive.filter((pod) => pod.hash !== template.hash);
  const trouble = troubleOf(template.template, metadata.annotations ?? {});
  const missing = Math.min(spec.replicas, MAX_PODS) - mine.length;
  // Pods that never come up hold a rolling update at its first quarter; the old ones go on serving.
  const surge = Math.max(1, Math.ceil(spec.replicas / 4));
  const wanted =
    trouble !== null && old.length > 0 ? Math.min(missing, Math.max(0, surge - mine.length)) : missing;
  const stepMs = Math.min(STEP_MS, (LONGEST_ROLLOUT_MS - START_MS) / Math.max(1, wanted));
  const fresh = Array.from({ length: Math.max(0, wanted) }, (_, index): PodPlan => {
    const bornAt = now + (old.length > 0 ? Math.round(index * stepMs) : 0);
    const readyAt = now + START_MS + Math.round(index * stepMs);
    const name = `${metadata.name}-${template.hash}-${suffix(`${metadata.uid}/${now}/${index}`)}`;
    return { name, ...template, bornAt, readyAt: trouble === null ? readyAt : null, goneAt: null, trouble };
  });
  const ready = fresh.map((pod) => pod.readyAt);
  const lastReady = ready.at(-1) ?? now;
  for (const [index, pod] of old.entries()) {
    const replacedAt = index < ready.length ? (ready[index] ?? null) : lastReady;
    pod.goneAt = trouble === null ? replacedAt : null;
  }
  deployment.pods = [...mine, ...old, ...fresh];
  deployment.changedAt = now;
}

/** The pods that are there at this moment. */
export function podsAt(deployment: Deployment, now: number): PodPlan[] {
  return deployment.pods.filter((pod) => pod.bornAt <= now && (pod.goneAt === null || pod.goneAt > now));
}

/** What the deployment's status says at this moment. */
export function countsAt(deployment: Deployment, now: number): Counts {
  const pods = podsAt(deployment, now);
  const current = deployment.revisions.at(-1)?.hash;
  const ready = pods.filter((pod) => isReady(pod, now)).length;
  const { replicas } = deployment.object.spec;
  return {
    replicas: pods.length,
    updated: pods.filter((pod) => pod.hash === current).length,
    ready,
    unavailable: Math.max(0, replicas - ready),
  };
}

/** Whether a pod answers at this moment. */
export function isReady(pod: PodPlan, now: number): boolean {
  return pod.readyAt !== null && pod.readyAt <= now;
}

/** Ten letters that stand for a template's content, as in the names of ReplicaSets. */
export function hashOf(template: Template): string {
  return letters(createHash("sha256").update(JSON.stringify(template)).digest(), 10);
}

/** The revision that should run; a changed template becomes a new one, a former one comes back with a new number. */
function currentTemplate(
  deployment: Deployment,
  now: number,
): { revision: number; hash: string; template: Template } {
  const { template, paused } = deployment.object.spec;
  const hash = hashOf(template);
  const last = deployment.revisions.at(-1);
  if (last !== undefined && (last.hash === hash || paused === true)) return withoutDate(last);
  const former = deployment.revisions.find((one) => one.hash === hash);
  const next = { revision: (last?.revision ?? 0) + 1, hash, template, createdAt: former?.createdAt ?? now };
  deployment.revisions = [...deployment.revisions.filter((one) => one !== former), next].slice(-11);
  return withoutDate(next);
}

function withoutDate({ revision, hash, template }: { revision: number; hash: string; template: Template }) {
  return { revision, hash, template };
}

/** Why a pod of this template never answers: the marked deployment, or an image the pretended registry does not have. */
function troubleOf(template: Template, annotations: Record<string, string>): string | null {
  if (annotations[NEVER_READY] === "true") return "CrashLoopBackOff";
  const images = template.spec.containers.map((container) => container.image);
  if (images.some((image) => !/^[a-z0-9][a-z0-9._/:-]*(:[\w.-]{1,128})?(@sha256:[0-9a-f]{64})?$/.test(image)))
    return "InvalidImageName";
  return images.some((image) => /:(missing|broken|does-not-exist)$/.test(image)) ? "ImagePullBackOff" : null;
}

function readyFirst(a: PodPlan, b: PodPlan): number {
  return (
    (a.readyAt ?? Number.POSITIVE_INFINITY) - (b.readyAt ?? Number.POSITIVE_INFINITY) || a.bornAt - b.bornAt
  );
}

function suffix(seed: string): string {
  return letters(createHash("sha256").update(seed).digest(), 5);
}

function letters(bytes: Buffer, length: number): string {
  return Array.from(bytes.subarray(0, length), (byte) => LETTERS[byte % LETTERS.length]).join("");
}
