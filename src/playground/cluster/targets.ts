import { type Context, requireFiles } from "./command.ts";
import { KubectlError, notInThePlayground } from "./errors.ts";
import { flagOf, isOn } from "./flags.ts";
import { type Kind, kinds, readTargets, requireResource, type Target } from "./kinds.ts";
import { type Manifest, readManifests } from "./manifest.ts";

/** What a manifest asks for: its type, its namespace, its object. */
export type Wanted = Manifest & { kind: Kind; namespace: string };

/** These the stand-in makes itself; all else it keeps as it is given. */
const notKept = new Set(["pods", "replicasets", "nodes", "events", "endpoints", "endpointslices"]);

/** What a line is pointed at: `TYPE NAME…` in `words`, or the objects of its files. */
export async function targetsOf(
  context: Context,
  words = context.line.words,
): Promise<(Target & { namespace?: string })[]> {
  const { line } = context;
  const files = line.flags.get("filename") ?? [];
  if (line.flags.has("kustomize")) throw notInThePlayground(`"${context.path} --kustomize"`);
  requireResource(words, files);
  if (files.length === 0) return readTargets(words);
  if (words.length > 0)
    throw new KubectlError(
      "error: when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well",
    );
  const wanted = await readWanted(context, files);
  return wanted.map(({ kind, namespace, object }) => ({ kind, namespace, name: object.metadata.name }));
}

/** Reads the objects of files with their types and namespaces; throws in kubectl's words. */
export async function readWanted(context: Context, files: string[]): Promise<Wanted[]> {
  requireFiles(context);
  const manifests = await readManifests(files, isOn(context.line, "recursive"), context.path);
  return manifests.map((manifest) => {
    const kind = kindOfManifest(manifest, context.path);
    return { ...manifest, kind, namespace: namespaceOf(context, manifest, kind) };
  });
}

function kindOfManifest({ file, object }: Manifest, path: string): Kind {
  const version = (kind: Kind) => (kind.group === "" ? kind.version : `${kind.group}/${kind.version}`);
  const found = kinds.find((kind) => kind.kind === object.kind && version(kind) === object.apiVersion);
  const { name, namespace = "" } = object.metadata;
  if (found === undefined)
    throw new KubectlError(
      `error: resource mapping not found for name: "${name}" namespace: "${namespace}" from "${file}": no matches for kind "${object.kind}" in version "${object.apiVersion}"\nensure CRDs are installed first`,
    );
  if (notKept.has(found.plural)) throw notInThePlayground(`"${path}" of a ${found.kind}`);
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
