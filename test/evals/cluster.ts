import assert from "node:assert/strict";
import { mergePatch } from "#playground/cluster/fields/patches.ts";
import { type Kind, kinds } from "#playground/cluster/kinds.ts";
import { schedule } from "#playground/cluster/pods/schedule.ts";
import { podsAt } from "#playground/cluster/pods/times.ts";
import { firstState } from "#playground/cluster/seed.ts";
import type { Container, Happened, KubeObject, State } from "#playground/cluster/state.ts";
import { addObject, dropStored, editStored, findStored, type Stored } from "#playground/cluster/store.ts";
import type { Stories } from "#playground/cluster/stories/story.ts";
import type { Manifest, Seed, Workload } from "./seed.ts";

/** Who made what a case begins with. */
const SEEDER = { manager: "team", operation: "Update" } as const;
const DAY_MS = 86_400_000;
/** So long ago was told what a case has told. */
const TOLD_BEFORE_MS = 300_000;

/** The cluster a case begins with: its objects, and what befalls them. */
export function clusterOf(seed: Seed, now: number): State {
  const state = firstState(now);
  if (seed.begins === "bare") empty(state);
  state.stories = storiesOf(seed);
  for (const name of seed.namespaces) put(state, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  for (const [ref, patch] of Object.entries(seed.patches)) edit(state, ref, patch, now);
  // A quota is there before the pods that it keeps out.
  for (const manifest of seed.objects) put(state, manifest);
  for (const [place, workload] of Object.entries(seed.deployments)) deploy(state, place, workload, now);
  for (const ref of seed.gone) dropStored(state, there(state, ref).object);
  // What the making of it told is long past.
  state.events = seed.events.map((one): Happened => happenedOf(one, now - TOLD_BEFORE_MS));
  return state;
}

/** A Terraform state keeps no pod from coming up, and no pod but the present ones is there at first. */
function storiesOf({ troubles, logs }: Seed): Stories {
  return {
    troubles: troubles.map(({ of, is, message, ...trouble }) => ({
      ...{ of, is },
      ...(message === undefined ? {} : { message }),
      while: trouble.while.map((one) => {
        assert.ok("object" in one && one.restarted === undefined, `${of}: this is no condition of a trouble`);
        return one;
      }),
    })),
    logs: logs.map(({ of, previous, lines }) => ({ of, lines, ...(previous ? { previous } : {}) })),
  };
}

function happenedOf({ of, type, reason, message }: Seed["events"][number], at: number): Happened {
  const [name = "", singular = "", namespace = ""] = of.split("/").toReversed();
  const kind = kinds.find((one) => one.singular === singular)?.kind ?? singular;
  return { kind, namespace, name, type, reason, message, at };
}

/** All that is stored in a cluster, by namespace, kind and name. */
export function objectsOf(state: State): Map<string, KubeObject> {
  const all = [...state.namespaces, ...state.deployments.map(({ object }) => object), ...state.others];
  return new Map(all.map((object) => [refOf(object), object]));
}

/** The names of each deployment's pods at this moment. */
export function podsOf(state: State, now: number): Map<string, string[]> {
  const all = state.deployments.map((one): [string, string[]] => [
    refOf(one.object),
    podsAt(one, now).map(({ name }) => name),
  ]);
  return new Map(all);
}

function refOf({ kind: name, metadata }: KubeObject): string {
  const kind = kinds.find((one) => one.kind === name);
  assert.ok(kind !== undefined, `no kind ${name}`);
  const place = kind.namespaced ? `${metadata.namespace}/` : "";
  return `${place}${kind.singular}/${metadata.name}`;
}

function empty(state: State): void {
  state.namespaces = state.namespaces.filter(({ metadata }) => metadata.name !== "default");
  state.deployments = [];
  state.others = state.others.filter(({ kind }) => kind === "Node");
}

function deploy(state: State, place: string, workload: Workload, now: number): void {
  const [namespace = "", name = ""] = place.split("/");
  const earlier = workload.was.map((one): Workload => ({ ...workload, ...written(one) }));
  const [first = workload, ...later] = [...earlier, workload];
  const ref = `${namespace}/deployment/${name}`;
  put(state, deploymentOf(namespace, name, first));
  age(there(state, ref), now);
  for (const one of later) edit(state, ref, { spec: deploymentOf(namespace, name, one)["spec"] }, now);
  if (workload.service) put(state, serviceOf(namespace, name));
}

/** The fields that are there: one that is undefined would take away what it does not name. */
function written(one: Workload["was"][number]): Partial<Workload> {
  return Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined));
}

function deploymentOf(namespace: string, name: string, workload: Workload): Manifest {
  const { replicas, tag, env, container, pod, labels, annotations, paused } = workload;
  const variables = Object.entries(env).map(([key, value]) => ({ name: key, value }));
  const whole = {
    name,
    image: `registry.example/${name}:${tag}`,
    ports: [{ containerPort: 8080, protocol: "TCP" }],
    ...(variables.length === 0 ? {} : { env: variables }),
    ...container,
  } satisfies Container;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels: { app: name, ...labels }, annotations },
    spec: {
      replicas,
      ...(paused === undefined ? {} : { paused }),
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [whole], restartPolicy: "Always", ...pod },
      },
    },
  };
}

function serviceOf(namespace: string, name: string): Manifest {
  const ports = [{ name: "http", port: 80, protocol: "TCP", targetPort: 8080 }];
  const metadata = { name, namespace, labels: { app: name } };
  return { apiVersion: "v1", kind: "Service", metadata, spec: { selector: { app: name }, ports } };
}

/** Makes an object, in the place of one of its name. */
function put(state: State, manifest: Manifest): void {
  const kind = kindNamed(manifest.kind);
  const { namespace = "" } = manifest.metadata;
  const stored = findStored(state, kind, namespace, manifest.metadata.name);
  if (stored !== null) dropStored(state, stored.object);
  const given = { uid: "", resourceVersion: "", creationTimestamp: "", ...manifest.metadata };
  const wanted = structuredClone({ ...manifest, metadata: given }) as KubeObject;
  const added = addObject(state, kind, wanted, { namespace, writer: SEEDER });
  const { deletionTimestamp } = wanted.metadata;
  // One that is going already: nobody can make it like that, so it is written in.
  if (deletionTimestamp !== undefined) Object.assign(added.metadata, { deletionTimestamp });
  if (manifest["status"] !== undefined) added["status"] = structuredClone(manifest["status"]);
}

function edit(state: State, ref: string, patch: object, now: number): void {
  const stored = there(state, ref);
  editStored(state, stored, { dryRun: false, now, writer: SEEDER }, (object) => {
    Object.assign(object, mergePatch(object, patch));
  });
  endRollout(state, stored, now);
  age(stored, now);
}

/** All pods are of the last template: those of before, which go on while the new ones do not come up, have died since. */
function endRollout(state: State, { deployment }: Stored, now: number): void {
  if (deployment === null) return;
  const last = deployment.revisions.at(-1)?.hash;
  deployment.pods = deployment.pods.filter(({ hash }) => hash === last);
  if (deployment.pods.length < deployment.object.spec.replicas) schedule(state, deployment, now);
}

/** A rollout of long ago: its pods are ready, and those before it are gone. */
function age({ deployment }: Stored, now: number): void {
  if (deployment === null) return;
  const bornAt = now - 2 * DAY_MS;
  const last = podsAt(deployment, now + DAY_MS);
  deployment.pods = last.map((pod) => ({
    ...pod,
    bornAt,
    readyAt: pod.readyAt === null ? null : bornAt + 2_000,
  }));
  deployment.changedAt = bornAt;
}

function there(state: State, ref: string): Stored {
  const [name = "", singular = "", namespace = ""] = ref.split("/").toReversed();
  const kind = kinds.find((one) => one.singular === singular);
  assert.ok(kind !== undefined, `no kind ${singular}`);
  const stored = findStored(state, kind, namespace, name);
  assert.ok(stored !== null, `${ref} is not there`);
  return stored;
}

function kindNamed(name: string): Kind {
  const found = kinds.find(({ kind }) => kind === name);
  assert.ok(found !== undefined, `no kind ${name}`);
  return found;
}
