import { noteWriter, type Writer } from "#playground/cluster/fields/book.ts";
import { normalize } from "#playground/cluster/fields/normal-form.ts";
import { schedule, settle } from "#playground/cluster/pods/schedule.ts";
import { noteBounds } from "#playground/cluster/stories/bounds.ts";
import { touch } from "./command.ts";
import { KubectlError } from "./errors.ts";
import { isoTime, uidOf } from "./identity.ts";
import { type Kind, kinds, resourceOf } from "./kinds.ts";
import { faultOfDeployment } from "./manifest.ts";
import { liveDeployment, withStatus } from "./objects.ts";
import type { Deployment, DeploymentSpec, KubeObject, State } from "./state.ts";

/** An object as it lies in the file; `deployment` when it is one. `status` is set by a dry run: it moves nothing. */
export type Stored = { object: KubeObject; deployment: Deployment | null; status?: unknown };

/** The stored object of this name, or null. Pods and replica sets are not stored: they follow from deployments. */
export function findStored(state: State, kind: Kind, namespace: string, name: string): Stored | null {
  const here = ({ metadata }: KubeObject) =>
    metadata.name === name && (!kind.namespaced || metadata.namespace === namespace);
  if (kind.plural === "deployments") {
    const deployment = state.deployments.find((one) => here(one.object));
    return deployment === undefined ? null : { object: deployment.object, deployment };
  }
  const all = kind.plural === "namespaces" ? state.namespaces : state.others;
  const object = all.find((one) => one.kind === kind.kind && here(one));
  return object === undefined ? null : { object, deployment: null };
}

/** The object as the API shows it at this moment. */
export function liveOf({ object, deployment, status }: Stored, now: number): KubeObject {
  if (deployment === null) return withStatus(object);
  const live = liveDeployment(deployment, now);
  return status === undefined ? live : { ...live, status };
}

/** What may keep pods from being there; a change of it lets them in. */
const LETS_PODS_IN = new Set(["Node", "ResourceQuota"]);

/** How something is written: by whom, when, and whether for real. */
export type Writing = { dryRun: boolean; now: number; writer: Writer };

/**
 * Lets `edit` work on a stored object; answers whether anything changed. A dry run is given a copy of the state: as on
 * the server, the generation is counted on and nothing else follows from it.
 */
export function editStored(
  state: State,
  stored: Stored,
  options: Writing,
  edit: (object: KubeObject) => void,
): boolean {
  const { object, deployment } = stored;
  if (deployment !== null) noteRevision(deployment);
  const before = structuredClone(object);
  if (options.dryRun) stored.status = liveOf(stored, options.now)["status"];
  edit(object);
  normalize(object);
  if (JSON.stringify(object) === JSON.stringify(before)) return false;
  check(object, before);
  keepServers(object, before);
  noteWriter(object, before, options.writer, isoTime(options.now));
  const specChanged = JSON.stringify(object.spec) !== JSON.stringify(before.spec);
  if (options.dryRun) {
    if (specChanged) object.metadata.generation = (object.metadata.generation ?? 1) + 1;
    return true;
  }
  touch(state, object, specChanged);
  if (deployment !== null && specChanged) schedule(state, deployment, options.now);
  follow(state, object.kind, options.now);
  if (isFreed(object)) dropStored(state, object);
  return true;
}

/** What follows from a change of an object of this kind. */
function follow(state: State, kind: string, now: number): void {
  settle(state, now, LETS_PODS_IN.has(kind));
  noteBounds(state, now);
}

/** The controller writes it beside the annotations of others, so that there is a map to patch on every deployment. */
function noteRevision({ object, revisions }: Deployment): void {
  const revision = String(revisions.at(-1)?.revision ?? 1);
  const { annotations } = object.metadata;
  object.metadata.annotations = { ...annotations, "deployment.kubernetes.io/revision": revision };
}

/** What only the server writes; what a client sends for it is passed over. */
function keepServers(object: KubeObject, { metadata, ...before }: KubeObject): void {
  const { creationTimestamp, generation, deletionTimestamp, managedFields } = metadata;
  const kept = { creationTimestamp, generation, deletionTimestamp, managedFields };
  const own = Object.entries(kept).filter(([, value]) => value !== undefined);
  for (const name of Object.keys(kept)) Reflect.deleteProperty(object.metadata, name);
  Object.assign(object.metadata, Object.fromEntries(own));
  Reflect.deleteProperty(object, "status");
  if (before["status"] !== undefined) object["status"] = before["status"];
}

/** Whether a deleted object waited only for the finalizers that it has no more. */
function isFreed({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0;
}

/** Takes a stored object away, as the server does once nothing holds it; a namespace goes with all that is in it. */
export function dropStored(state: State, { kind, metadata }: KubeObject): void {
  const isIt = (one: KubeObject) =>
    one.kind === kind && one.metadata.name === metadata.name && one.metadata.namespace === metadata.namespace;
  const isInside = (one: KubeObject) => kind === "Namespace" && one.metadata.namespace === metadata.name;
  state.resourceVersion++;
  state.namespaces = state.namespaces.filter((one) => !isIt(one));
  state.deployments = state.deployments.filter((one) => !isIt(one.object) && !isInside(one.object));
  state.others = state.others.filter((one) => !isIt(one) && !isInside(one));
  follow(state, kind, Date.now());
}

/** What the API server refuses of a changed object. */
function check(object: KubeObject, before: KubeObject): void {
  const { name } = before.metadata;
  if (object.kind !== before.kind || object.apiVersion !== before.apiVersion)
    throw new KubectlError(
      `Error from server (BadRequest): the kind of the object (${object.kind}) does not match the kind on the URL (${before.kind})`,
    );
  if (object.metadata?.name !== name || object.metadata.namespace !== before.metadata.namespace)
    throw new KubectlError(
      `Error from server (BadRequest): the name of the object (${object.metadata?.name}) does not match the name on the URL (${name})`,
    );
  const kind = kinds.find((one) => one.kind === object.kind);
  const conflict = (why: string): never => {
    const what = `${kind === undefined ? object.kind : resourceOf(kind)} "${name}"`;
    throw new KubectlError(`Error from server (Conflict): Operation cannot be fulfilled on ${what}: ${why}`);
  };
  if (object.metadata.resourceVersion !== before.metadata.resourceVersion)
    conflict("the object has been modified; please apply your changes to the latest version and try again");
  if (object.metadata.uid !== before.metadata.uid)
    conflict(
      `Precondition failed: UID in precondition: ${object.metadata.uid}, UID in object meta: ${before.metadata.uid}`,
    );
  if (object.kind !== "Deployment") return;
  const fault = faultOfDeployment(object);
  if (fault !== null) throw new KubectlError(`The Deployment "${name}" is invalid: ${fault}`);
  if (JSON.stringify(object.spec?.["selector"]) !== JSON.stringify(before.spec?.["selector"]))
    throw new KubectlError(
      `The Deployment "${name}" is invalid: spec.selector: Invalid value: field is immutable`,
    );
}

/** Adds a new object. A dry run is given a copy of the state. */
export function addObject(
  state: State,
  kind: Kind,
  wanted: KubeObject,
  { namespace, writer }: { namespace: string; writer: Writer },
): KubeObject {
  const now = Date.now();
  const { name, labels, annotations, finalizers } = wanted.metadata;
  const metadata = {
    name,
    ...(kind.namespaced ? { namespace } : {}),
    uid: uidOf(`${namespace}/${name}/${now}/${state.resourceVersion}`),
    resourceVersion: "0",
    creationTimestamp: isoTime(now),
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(finalizers === undefined ? {} : { finalizers }),
  };
  const { status: _, ...asked } = structuredClone(wanted);
  const object: KubeObject = { ...asked, metadata };
  normalize(object);
  touch(state, object, false);
  noteWriter(object, null, writer, isoTime(now));
  if (kind.plural === "deployments") return addDeployment(state, object, now);
  const whole =
    kind.plural === "namespaces"
      ? { ...object, status: { phase: "Active" } }
      : kind.plural === "services"
        ? withAddress(object)
        : object;
  (kind.plural === "namespaces" ? state.namespaces : state.others).push(whole);
  follow(state, kind.kind, now);
  return whole;
}

function addDeployment(state: State, object: KubeObject, now: number): KubeObject {
  const deployment: Deployment = {
    object: {
      ...object,
      metadata: { ...object.metadata, generation: 1 },
      spec: { replicas: 1, ...object.spec } as DeploymentSpec,
    },
    revisions: [],
    pods: [],
    changedAt: now,
  };
  state.deployments.push(deployment);
  schedule(state, deployment, now);
  follow(state, object.kind, now);
  return deployment.object;
}

function withAddress(object: KubeObject): KubeObject {
  const last = Number.parseInt(object.metadata.uid.slice(0, 2), 16);
  return { ...object, spec: { type: "ClusterIP", clusterIP: `10.43.1.${last}`, ...object.spec } };
}
