import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { KubectlError, notInThePlayground } from "./errors.ts";
import type { KubeObject } from "./state.ts";

/** One object of a manifest, and the file it came from. */
export type Manifest = { file: string; object: KubeObject };

/** The real one's limit is a megabyte and a half for one object; more than that is no manifest. */
const MAX_FILE_BYTES = 3_000_000;

/** Reads the objects of files and directories in their order; throws in kubectl's words, `path` being the command. */
export async function readManifests(paths: string[], recursive: boolean, path: string): Promise<Manifest[]> {
  const files = (await Promise.all(paths.map((file) => filesOf(file, recursive, path)))).flat();
  const manifests = (await Promise.all(files.map(readManifest))).flat();
  if (manifests.length === 0) throw new KubectlError(`error: no objects passed to ${path}`);
  return manifests;
}

async function filesOf(path: string, recursive: boolean, verb: string): Promise<string[]> {
  if (path === "-") throw notInThePlayground(`"${verb} -f -"`);
  if (/^https?:\/\//.test(path)) throw notInThePlayground(`"${verb} -f URL"`);
  const found = await stat(path).catch(() => null);
  if (found === null) throw new KubectlError(`error: the path "${path}" does not exist`);
  if (!found.isDirectory()) return [path];
  const names = await readdir(path, { recursive });
  const files = names.filter((name) => /\.(ya?ml|json)$/.test(name)).toSorted();
  if (files.length === 0)
    throw new KubectlError(
      `error: error reading [${path}]: recognized file extensions are [.json .yaml .yml]`,
    );
  return files.map((name) => join(path, name));
}

async function readManifest(file: string): Promise<Manifest[]> {
  const text = await readFile(file, "utf8");
  if (text.length > MAX_FILE_BYTES)
    throw new KubectlError(`error: error parsing ${file}: the file is too large`);
  // Loaded here, because two thirds of a call's files would be YAML's, and most calls read no file.
  const { parseAllDocuments } = await import("yaml");
  const documents = parseAllDocuments(text, { uniqueKeys: true });
  return [...documents].flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined)
      throw new KubectlError(
        `error: error parsing ${file}: error converting YAML to JSON: yaml: ${error.message.split("\n")[0]}`,
      );
    const value: unknown = document.toJS({ maxAliasCount: 50 });
    return value === null ? [] : [{ file, object: checked(value, file) }];
  });
}

/** What kubectl and the API server say of an object that is not whole. */
function checked(value: unknown, file: string): KubeObject {
  const object = (typeof value === "object" && !Array.isArray(value) ? value : {}) as Partial<KubeObject>;
  const unset = ["apiVersion", "kind"]
    .filter((field) => typeof object[field] !== "string")
    .map((field) => `${field} not set`);
  if (unset.length > 0)
    throw new KubectlError(
      `error: error validating "${file}": error validating data: ${unset.length === 1 ? unset[0] : `[${unset.join(", ")}]`}; if you choose to ignore these errors, turn validation off with --validate=false`,
    );
  if (typeof object.metadata?.name !== "string" || object.metadata.name === "")
    throw new KubectlError(
      `error: error when retrieving current configuration of:\nfrom server for: "${file}": resource name may not be empty`,
    );
  const { name } = object.metadata;
  if (!/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(name))
    throw new KubectlError(
      `The ${object.kind} "${name}" is invalid: metadata.name: Invalid value: "${name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`,
    );
  const fault = object.kind === "Deployment" ? faultOfDeployment(object) : null;
  if (fault !== null) throw new KubectlError(`The Deployment "${name}" is invalid: ${fault}`);
  return object as KubeObject;
}

type Loose = { [field: string]: Loose } & Loose[];

/** What the API server says of a deployment that is not whole, or null. */
export function faultOfDeployment(object: Partial<KubeObject>): string | null {
  const spec = object.spec as Loose | undefined;
  const labels = spec?.["selector"]?.["matchLabels"];
  if (labels === undefined) return "spec.selector: Required value";
  const given = spec?.["template"]?.["metadata"]?.["labels"];
  if (Object.entries(labels).some(([key, value]) => given?.[key] !== value))
    return `spec.template.metadata.labels: Invalid value: ${JSON.stringify(given ?? {})}: \`selector\` does not match template \`labels\``;
  const containers = [...(spec?.["template"]?.["spec"]?.["containers"] ?? [])];
  if (containers.length === 0) return "spec.template.spec.containers: Required value";
  const index = containers.findIndex(
    (one) => typeof one["name"] !== "string" || typeof one["image"] !== "string",
  );
  if (index >= 0)
    return `spec.template.spec.containers[${index}].${typeof containers[index]?.["name"] === "string" ? "image" : "name"}: Required value`;
  const replicas: unknown = spec?.["replicas"];
  if (replicas !== undefined && (!Number.isInteger(replicas) || Number(replicas) < 0))
    return `spec.replicas: Invalid value: ${JSON.stringify(replicas)}: must be greater than or equal to 0`;
  return null;
}
