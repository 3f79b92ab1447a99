import { touch } from "./command.ts";
import { KubectlError } from "./errors.ts";
import type { Kind } from "./kinds.ts";
import { faultOfDeployment } from "./manifest.ts";
import { isoTime, liveDeployment, uidOf } from "./objects.ts";
import { schedule } from "./pods.ts";
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
  if (deployment === null) return object;
  const live = liveDeployment(deployment, now);
  return status === undefined ? live : { ...live, status };
}

/**
 * Lets `edit` work on a stored object; answers whether anything changed. A dry run is given a copy of the state: as on
 * the server, the generation is counted on and nothing else follows from it.
 */
export function editStored(
  state: State,
  stored: Stored,
  options: { dryRun: boolean; now: number },
  edit: (object: KubeObject) => void,
): boolean {
  const { object, deployment } = stored;
  const before = structuredClone(object);
  if (options.dryRun) stored.status = liveOf(stored, options.now)["status"];
  edit(object);
  if (JSON.stringify(object) === JSON.stringify(before)) return false;
  check(object, before);
  const specChanged = JSON.stringify(object.spec) !== JSON.stringify(before.spec);
  if (options.dryRun) {
    if (specChanged) object.metadata.generation = (object.metadata.generation ?? 1) + 1;
    return true;
  }
  touch(state, object, specChanged);
  if (deployment !== null && specChanged) schedule(deployment, options.now);
  return true;
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
  if (object.kind !== "Deployment") return;
  const fault = faultOfDeployment(object);
  if (fault !== null) throw new KubectlError(`The Deployment "${name}" is invalid: ${fault}`);
  if (JSON.stringify(object.spec?.["selector"]) !== JSON.stringify(before.spec?.["selector"]))
    throw new KubectlError(
      `The Deployment "${name}" is invalid: spec.selector: Invalid value: field is immutable`,
    );
}

/** Adds a new object. A dry run is given a copy of the state. */
export function addObject(state: State, kind: Kind, wanted: KubeObject, namespace: string): KubeObject {
  const now = Date.now();
  const { name, labels, annotations } = wanted.metadata;
  const metadata = {
    name,
    ...(kind.namespaced ? { namespace } : {}),
    uid: uidOf(`${namespace}/${name}/${now}/${state.resourceVersion}`),
    resourceVersion: "0",
    creationTimestamp: isoTime(now),
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
  const object: KubeObject = { ...structuredClone(wanted), metadata };
  touch(state, object, false);
  if (kind.plural === "deployments") return addDeployment(state, object, now);
  const whole =
    kind.plural === "namespaces"
      ? { ...object, status: { phase: "Active" } }
      : kind.plural === "services"
        ? withAddress(object)
        : object;
  (kind.plural === "namespaces" ? state.namespaces : state.others).push(whole);
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
  schedule(deployment, now);
  state.deployments.push(deployment);
  return deployment.object;
}

function withAddress(object: KubeObject): KubeObject {
  const last = Number.parseInt(object.metadata.uid.slice(0, 2), 16);
  return { ...object, spec: { type: "ClusterIP", clusterIP: `10.43.1.${last}`, ...object.spec } };
}
