import {
  type Command,
  type Context,
  fileFlags,
  report,
  selectFlags,
  touch,
  writeFlags,
} from "./cluster-command.ts";
import { KubectlError, notInThePlayground } from "./cluster-errors.ts";
import { dryRunOf, flagOf, isOn } from "./cluster-flags.ts";
import { type Kind, kinds } from "./cluster-kinds.ts";
import { type Manifest, readManifests } from "./cluster-manifest.ts";
import { LAST_APPLIED, merge } from "./cluster-merge.ts";
import { isoTime, uidOf } from "./cluster-objects.ts";
import { schedule } from "./cluster-pods.ts";
import {
  changeState,
  type Deployment,
  type DeploymentSpec,
  type KubeObject,
  type State,
} from "./cluster-state.ts";

/** `kubectl apply -f`: deployments, services, config maps and namespaces from files. */
export const apply: Command = {
  flags: {
    ...selectFlags,
    ...fileFlags,
    ...writeFlags,
    cascade: { optional: "background" },
    force: "bool",
    "force-conflicts": "bool",
    "grace-period": "int",
    overwrite: "bool",
    prune: "bool",
    "prune-allowlist": "list",
    "server-side": "bool",
    timeout: "duration",
    validate: { optional: "strict" },
    wait: "bool",
  },
  run,
};

async function run(context: Context): Promise<void> {
  const { line } = context;
  for (const flag of ["kustomize", "prune", "selector", "all", "server-side"])
    if (line.flags.has(flag) && flagOf(line, flag) !== "false") throw notInThePlayground(`"apply --${flag}"`);
  const files = line.flags.get("filename") ?? [];
  if (files.length === 0) throw new KubectlError("error: must specify one of -f and -k");
  const extra = line.words[0];
  if (extra !== undefined)
    throw new KubectlError(
      `error: Unexpected args: [${line.words.join(" ")}]\nSee 'kubectl apply -h' for help and examples`,
    );
  const dryRun = dryRunOf(line);
  const manifests = await readManifests(files, isOn(line, "recursive"));
  await changeState(context.stateFile, (state) => {
    const target = dryRun === null ? state : structuredClone(state);
    for (const manifest of manifests) {
      const kind = kindOfManifest(manifest);
      const namespace = namespaceOf(context, manifest, kind);
      if (kind.namespaced && !target.namespaces.some((one) => one.metadata.name === namespace))
        throw new KubectlError(
          `Error from server (NotFound): error when creating "${manifest.file}": namespaces "${namespace}" not found`,
        );
      const { object, done } = applyOne(target, kind, manifest.object, namespace);
      report(context, kind, object, done, dryRun);
    }
  });
}

function kindOfManifest({ file, object }: Manifest): Kind {
  const version = (kind: Kind) => (kind.group === "" ? kind.version : `${kind.group}/${kind.version}`);
  const found = kinds.find((kind) => kind.kind === object.kind && version(kind) === object.apiVersion);
  const { name, namespace = "" } = object.metadata;
  if (found === undefined)
    throw new KubectlError(
      `error: resource mapping not found for name: "${name}" namespace: "${namespace}" from "${file}": no matches for kind "${object.kind}" in version "${object.apiVersion}"\nensure CRDs are installed first`,
    );
  if (!["deployments", "services", "configmaps", "namespaces"].includes(found.plural))
    throw notInThePlayground(`"apply" of a ${found.kind}`);
  return found;
}

function namespaceOf({ line, namespace }: Context, { object }: Manifest, kind: Kind): string {
  const own = object.metadata.namespace;
  if (!kind.namespaced || own === undefined) return namespace;
  if (flagOf(line, "namespace") !== undefined && own !== namespace)
    throw new KubectlError(
      `error: the namespace from the provided object "${own}" does not match the namespace "${namespace}". You must pass '--namespace=${own}' to perform this operation.`,
    );
  return own;
}

function applyOne(
  state: State,
  kind: Kind,
  wanted: KubeObject,
  namespace: string,
): { object: KubeObject; done: string } {
  const name = wanted.metadata.name;
  const stored = findStored(state, kind, namespace, name);
  if (stored === null) return { object: create(state, kind, wanted, namespace), done: "created" };
  const { object, deployment } = stored;
  const before = JSON.stringify([
    object.metadata.labels,
    object.metadata.annotations,
    object.spec,
    object.data,
  ]);
  const last = JSON.parse(object.metadata.annotations?.[LAST_APPLIED] ?? "{}") as Partial<KubeObject>;
  const selector = JSON.stringify(object.spec?.["selector"]);
  merge(object, last, wanted);
  if (deployment !== null && JSON.stringify(object.spec?.["selector"]) !== selector)
    throw new KubectlError(
      `The Deployment "${name}" is invalid: spec.selector: Invalid value: field is immutable`,
    );
  if (
    JSON.stringify([object.metadata.labels, object.metadata.annotations, object.spec, object.data]) === before
  )
    return { object, done: "unchanged" };
  touch(state, object, object.spec !== undefined);
  if (deployment !== null) schedule(deployment, Date.now());
  return { object, done: "configured" };
}

type Stored = { object: KubeObject; deployment: Deployment | null };

function findStored(state: State, kind: Kind, namespace: string, name: string): Stored | null {
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

function create(state: State, kind: Kind, wanted: KubeObject, namespace: string): KubeObject {
  const now = Date.now();
  const { name, labels = {}, annotations = {} } = wanted.metadata;
  const uid = uidOf(`${namespace}/${name}/${now}/${state.resourceVersion}`);
  const place = kind.namespaced ? { namespace } : {};
  const metadata = {
    name,
    ...place,
    uid,
    resourceVersion: "0",
    creationTimestamp: isoTime(now),
    labels,
    annotations: { ...annotations, [LAST_APPLIED]: JSON.stringify(wanted) },
  };
  const object: KubeObject = { ...structuredClone(wanted), metadata };
  touch(state, object, false);
  if (kind.plural === "deployments") {
    const spec = { replicas: 1, ...object.spec } as DeploymentSpec;
    const deployment: Deployment = {
      object: {
        ...object,
        metadata: { ...metadata, resourceVersion: String(state.resourceVersion), generation: 1 },
        spec,
      },
      revisions: [],
      pods: [],
      changedAt: now,
    };
    schedule(deployment, now);
    state.deployments.push(deployment);
    return deployment.object;
  }
  if (kind.plural === "namespaces") state.namespaces.push({ ...object, status: { phase: "Active" } });
  else state.others.push(kind.plural === "services" ? withAddress(object) : object);
  return object;
}

function withAddress(object: KubeObject): KubeObject {
  const last = Number.parseInt(object.metadata.uid.slice(0, 2), 16);
  return { ...object, spec: { type: "ClusterIP", clusterIP: `10.43.1.${last}`, ...object.spec } };
}
