import { createHash } from "node:crypto";
import type { Deployment, PodPlan, State, Template } from "#playground/cluster/state.ts";
import { roomFor } from "./quota.ts";
import { podsAt } from "./times.ts";
import { isUnscheduled, troubleOf, unscheduled } from "./troubles.ts";

/** One node takes this many pods of a deployment; the rest waits for a node, as the real scheduler leaves it. */
const MAX_PODS = 110;
/** A pod is ready this long after its birth, and the next one this much later. */
const START_MS = 400;
const STEP_MS = 250;
/** However many pods: the last one is ready after this time. */
const LONGEST_ROLLOUT_MS = 4_000;
const LETTERS = "bcdfghjklmnpqrstvwxz2456789";

/** Plans the pods' lives so that they reach the spec from where they are now; to be called after every change of it. */
export function schedule(state: State, deployment: Deployment, now: number): void {
  const { spec, metadata } = deployment.object;
  const template = currentTemplate(deployment, now);
  const alive = podsAt(deployment, now).map((pod): PodPlan => ({ ...pod, goneAt: null }));
  const mine = alive
    .filter((pod) => pod.hash === template.hash)
    .toSorted(readyFirst)
    .slice(0, spec.replicas);
  const old = spec.replicas === 0 ? [] : alive.filter((pod) => pod.hash !== template.hash);
  const trouble = troubleOf(state, template.template, metadata.annotations ?? {});
  const room = roomFor(state, deployment, now);
  const allowed = room === null ? spec.replicas : Math.max(0, room.pods - old.length);
  const missing = Math.min(spec.replicas, allowed) - mine.length;
  // Pods that never come up hold a rolling update at its first quarter; the old ones go on serving.
  const surge = Math.max(1, Math.ceil(spec.replicas / 4));
  const wanted =
    trouble !== null && old.length > 0 ? Math.min(missing, Math.max(0, surge - mine.length)) : missing;
  const stepMs = Math.min(STEP_MS, (LONGEST_ROLLOUT_MS - START_MS) / Math.max(1, wanted));
  const fresh = Array.from({ length: Math.max(0, wanted) }, (_, index): PodPlan => {
    const bornAt = now + (old.length > 0 ? Math.round(index * stepMs) : 0);
    const readyAt = now + START_MS + Math.round(index * stepMs);
    const name = `${metadata.name}-${template.hash}-${suffix(`${metadata.uid}/${now}/${index}`)}`;
    const pod = {
      name,
      ...template,
      bornAt,
      readyAt: trouble === null ? readyAt : null,
      goneAt: null,
      trouble,
    };
    return mine.length + index < MAX_PODS ? pod : unscheduled(pod);
  });
  const ready = fresh.map((pod) => pod.readyAt);
  const lastReady = ready.at(-1) ?? now;
  for (const [index, pod] of old.entries()) {
    const replacedAt = index < ready.length ? (ready[index] ?? null) : lastReady;
    pod.goneAt = trouble === null ? replacedAt : null;
  }
  deployment.pods = [...mine, ...old, ...fresh];
  deployment.changedAt = now;
  delete deployment.refusal;
  if (room !== null && allowed < spec.replicas)
    deployment.refusal = `pods "${metadata.name}-${template.hash}-" is forbidden: ${room.refusal}`;
}

/** Plans once more what a node or a quota kept from being there: to be called after a change of those. */
export function scheduleLeft(state: State, now: number): void {
  for (const deployment of state.deployments) {
    const there = podsAt(deployment, now).filter((pod) => !isUnscheduled(pod));
    const isMissing = there.length < deployment.object.spec.replicas;
    if (!isMissing && there.length === podsAt(deployment, now).length) continue;
    deployment.pods = there;
    schedule(state, deployment, now);
  }
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
