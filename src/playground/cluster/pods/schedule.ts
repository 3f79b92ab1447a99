import { createHash } from "node:crypto";
import type { Deployment, Happened, PodPlan, State, Template } from "#playground/cluster/state.ts";
import { crowdedOut, isUnscheduled } from "./fitting.ts";
import { tell } from "./happened.ts";
import { roomFor } from "./quota.ts";
import { podsAt } from "./times.ts";
import { illOf } from "./troubles.ts";
import { turn } from "./turning.ts";

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
  const ill = illOf(state, deployment, template.template);
  const room = roomFor(state, deployment, now);
  const allowed = room === null ? spec.replicas : Math.max(0, room.pods - old.length);
  const missing = Math.min(spec.replicas, allowed) - mine.length;
  // Pods that never come up hold a rolling update at its first quarter; the old ones go on serving.
  const surge = Math.max(1, Math.ceil(spec.replicas / 4));
  const wanted =
    ill !== null && old.length > 0 ? Math.min(missing, Math.max(0, surge - mine.length)) : missing;
  const stepMs = Math.min(STEP_MS, (LONGEST_ROLLOUT_MS - START_MS) / Math.max(1, wanted));
  const fresh = Array.from({ length: Math.max(0, wanted) }, (_, index): PodPlan => {
    const bornAt = now + (old.length > 0 ? Math.round(index * stepMs) : 0);
    const readyAt = now + START_MS + Math.round(index * stepMs);
    const name = `${metadata.name}-${template.hash}-${suffix(`${metadata.uid}/${now}/${index}`)}`;
    const well = { name, ...template, bornAt, readyAt, goneAt: null, trouble: null };
    const pod = ill === null ? well : { ...well, readyAt: null, ...ill };
    return mine.length + index < MAX_PODS ? pod : crowdedOut(pod);
  });
  const ready = fresh.map((pod) => pod.readyAt);
  const lastReady = Math.max(now, ...[...mine, ...fresh].map((pod) => pod.readyAt ?? now));
  for (const [index, pod] of old.entries()) {
    const replacedAt = index < ready.length ? (ready[index] ?? null) : lastReady;
    pod.goneAt = ill === null ? replacedAt : null;
  }
  deployment.pods = [...mine, ...old, ...fresh];
  tellScaled(state, deployment, { was: alive, isDone: ill === null, now });
  deployment.changedAt = now;
  delete deployment.refusal;
  if (room !== null && allowed < spec.replicas)
    deployment.refusal = `pods "${metadata.name}-${template.hash}-" is forbidden: ${room.refusal}`;
}

/** What the controller tells of replica sets that it scales; of those of before, once nothing keeps the new one. */
function tellScaled(
  state: State,
  { object, pods, revisions }: Deployment,
  { was, isDone, now }: { was: PodPlan[]; isDone: boolean; now: number },
): void {
  const { namespace = "default", name } = object.metadata;
  const current = revisions.at(-1)?.hash ?? "";
  const scaled = [...new Set([current, ...was.map(({ hash }) => hash)])].flatMap((hash): Happened[] => {
    const from = was.filter((pod) => pod.hash === hash).length;
    const there = pods.filter((pod) => pod.hash === hash && (hash === current || !isDone)).length;
    if (from === there) return [];
    const message = `Scaled ${there > from ? "up" : "down"} replica set ${name}-${hash} from ${from} to ${there}`;
    const of = { kind: "Deployment", namespace, name };
    return [{ ...of, type: "Normal", reason: "ScalingReplicaSet", message, at: now }];
  });
  tell(state, ...scaled);
}

/**
 * Plans once more what rests on another object, to be called after a change of any: pods come up where what kept them is
 * gone, and fall where a story now keeps them. `isRoom`: the change may let pods in that a node or a quota kept out.
 */
export function settle(state: State, now: number, isRoom: boolean): void {
  for (const deployment of state.deployments) {
    const isLetIn = (isRoom && letIn(deployment, now)) || hasRoom(state, deployment, now);
    if (turn(state, deployment, now) || isLetIn) schedule(state, deployment, now);
  }
}

/** Takes away the pods that wait for a node, for they are planned anew; answers whether any pod is missing then. */
function letIn(deployment: Deployment, now: number): boolean {
  const all = podsAt(deployment, now);
  const there = all.filter((pod) => !isUnscheduled(pod));
  const isMissing = there.length < deployment.object.spec.replicas;
  if (isMissing || there.length < all.length) deployment.pods = there;
  return isMissing || there.length < all.length;
}

/** Whether pods that a quota refused would be let in now, because others have gone. */
function hasRoom(state: State, deployment: Deployment, now: number): boolean {
  if (deployment.refusal === undefined) return false;
  const room = roomFor(state, deployment, now)?.pods ?? Number.POSITIVE_INFINITY;
  return podsAt(deployment, now).length < Math.min(room, deployment.object.spec.replicas);
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
