import {
  type Command,
  type Context,
  fileFlags,
  report,
  selectFlags,
  writeFlags,
  writerOf,
} from "./command.ts";
import { KubectlError, notInThePlayground } from "./errors.ts";
import { changeState } from "./file.ts";
import { dryRunOf, flagOf, goInteger } from "./flags.ts";
import { type Kind, kindOf, resourceOf } from "./kinds.ts";
import type { KubeObject, State } from "./state.ts";
import { addObject, findStored, liveOf } from "./store.ts";
import { readWanted } from "./targets.ts";

/** `kubectl create -f`, and `create namespace|configmap|deployment NAME`. */
export const create: Command = {
  flags: {
    ...selectFlags,
    ...fileFlags,
    ...writeFlags,
    edit: "bool",
    raw: "text",
    "save-config": "bool",
    validate: { optional: "strict" },
    "from-literal": "list",
    image: "list",
    "replicas,r": "int",
    port: "int",
  },
  run,
};

type New = { kind: Kind; namespace: string; object: KubeObject; file: string | null };

async function run(context: Context): Promise<void> {
  const { line } = context;
  for (const flag of ["kustomize", "edit", "raw", "selector", "save-config"])
    if (line.flags.has(flag)) throw notInThePlayground(`"create --${flag}"`);
  const files = line.flags.get("filename") ?? [];
  if (files.length === 0 && line.words.length === 0)
    throw new KubectlError("error: must specify one of -f and -k");
  const mode = dryRunOf(line);
  const wanted: New[] = files.length > 0 ? await readWanted(context, files) : [fromWords(context)];
  await changeState(context.stateFile, (real) => {
    const now = Date.now();
    const state = mode === null ? real : structuredClone(real);
    for (const one of wanted) {
      refuseWrongPlace(state, one);
      const { kind, namespace, object } = one;
      const added = addObject(state, kind, object, { namespace, writer: writerOf(context) });
      const stored = findStored(state, kind, namespace, object.metadata.name);
      report(context, kind, stored === null ? added : liveOf(stored, now), "created", mode);
    }
  });
}

function refuseWrongPlace(state: State, { kind, namespace, object, file }: New): void {
  const { name } = object.metadata;
  const where = file === null ? "" : `error when creating "${file}": `;
  if (kind.namespaced && !state.namespaces.some((one) => one.metadata.name === namespace))
    throw new KubectlError(`Error from server (NotFound): ${where}namespaces "${namespace}" not found`);
  if (findStored(state, kind, namespace, name) === null) return;
  const taken = `${resourceOf(kind)} "${name}" already exists`;
  throw new KubectlError(
    file === null
      ? `error: failed to create ${kind.singular}: ${taken}`
      : `Error from server (AlreadyExists): ${where}${taken}`,
  );
}

function fromWords(context: Context): New {
  const { line, namespace } = context;
  const [type = "", name, extra] = line.words;
  const plural = {
    namespace: "namespaces",
    ns: "namespaces",
    configmap: "configmaps",
    cm: "configmaps",
    deployment: "deployments",
    deploy: "deployments",
  }[type];
  if (plural === undefined) throw notInThePlayground(`"create ${type}"`);
  if (name === undefined || extra !== undefined)
    throw new KubectlError(
      `error: exactly one NAME is required, got ${line.words.length - 1}\nSee 'kubectl create ${type} -h' for help and examples`,
    );
  const kind = kindOf(plural);
  const version = kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
  const metadata = { name, uid: "", resourceVersion: "", creationTimestamp: "" };
  const base: KubeObject = { apiVersion: version, kind: kind.kind, metadata };
  return { kind, namespace, file: null, object: { ...base, ...bodyOf(context, plural, name) } };
}

function bodyOf({ line }: Context, plural: string, name: string): Partial<KubeObject> {
  if (plural === "namespaces") return {};
  if (plural === "configmaps") {
    const literals = line.flags.get("from-literal") ?? [];
    const wrong = literals.find((one) => !/^[^=]+=/.test(one));
    if (wrong !== undefined)
      throw new KubectlError(`error: invalid literal source ${wrong}, expected key=value`);
    const pairs = literals.map((one) => [one.slice(0, one.indexOf("=")), one.slice(one.indexOf("=") + 1)]);
    return { data: Object.fromEntries(pairs) as Record<string, string> };
  }
  const images = line.flags.get("image") ?? [];
  if (images.length === 0) throw new KubectlError('error: required flag(s) "image" not set');
  const labels = { app: name };
  const containers = images.map((image, index) => ({
    name: images.length === 1 ? (image.split("/").at(-1) ?? name).replace(/[:@].*$/, "") : `${name}-${index}`,
    image,
  }));
  return {
    metadata: { name, uid: "", resourceVersion: "", creationTimestamp: "", labels },
    spec: {
      replicas: goInteger(flagOf(line, "replicas") ?? "1") ?? 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
}
