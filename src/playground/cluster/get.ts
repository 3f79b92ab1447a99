import { type Command, type Context, fileFlags } from "./command.ts";
import { KubectlError, notFound, notInThePlayground } from "./errors.ts";
import { readState } from "./file.ts";
import { flagOf, isOn } from "./flags.ts";
import { type Kind, kindOf, label, resourceOf, type Target } from "./kinds.ts";
import { listObjects } from "./objects.ts";
import { selectorOf } from "./select.ts";
import type { KubeObject } from "./state.ts";
import { targetsOf } from "./targets.ts";

type Wanted = Target & { namespace?: string };
type Found = { kind: Kind; object: KubeObject };

/** `kubectl get`. */
export const get: Command = {
  flags: {
    "selector,l": "text",
    "field-selector": "text",
    "output,o": "text",
    "all-namespaces,A": "bool",
    "show-labels": "bool",
    "no-headers": "bool",
    "ignore-not-found": "bool",
    "sort-by": "text",
    "label-columns,L": "list",
    "chunk-size": "int",
    "show-kind": "bool",
    "watch,w": "bool",
    "watch-only": "bool",
    ...fileFlags,
    "output-watch-events": "bool",
    "server-print": "bool",
    "show-managed-fields": "bool",
    raw: "text",
    subresource: "text",
  },
  run,
};

async function run(context: Context): Promise<void> {
  const { line } = context;
  for (const flag of [
    "raw",
    "watch",
    "watch-only",
    "field-selector",
    "sort-by",
    "label-columns",
    "subresource",
  ])
    if (line.flags.has(flag) && flagOf(line, flag) !== "false") throw notInThePlayground(`"get --${flag}"`);
  if (line.words.length === 0 && !line.flags.has("filename"))
    throw new KubectlError(
      "You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of supported resources.\n\nerror: Required resource not specified.\nSee 'kubectl get -h' for help and examples",
    );
  const targets = await readAll(context);
  if (targets.some(({ name }) => name !== null) && isOn(line, "all-namespaces"))
    throw new KubectlError("error: a resource cannot be retrieved by name across all namespaces");
  if (targets.some(({ name }) => name !== null) && flagOf(line, "selector") !== undefined)
    throw new KubectlError("error: name cannot be provided when a selector is specified");
  const { found, missing } = await collect(context, targets);
  await print(context, targets, found, missing.length > 0);
  if (missing.length > 0) throw new KubectlError(missing.map(({ message }) => message).join("\n"));
}

async function readAll(context: Context): Promise<Wanted[]> {
  const { words } = context.line;
  const all = ["pods", "services", "deployments", "replicasets"].map((plural) => ({
    kind: kindOf(plural),
    name: null,
  }));
  return words.length === 1 && words[0] === "all" ? all : targetsOf(context);
}

async function collect({ stateFile, line, namespace }: Context, targets: Wanted[]) {
  const state = await readState(stateFile);
  const matches = selectorOf(flagOf(line, "selector") ?? "");
  const where = isOn(line, "all-namespaces") ? null : namespace;
  const missing: KubectlError[] = [];
  const found = targets.flatMap(({ kind, name, namespace: own }): Found[] => {
    const objects = listObjects(state, kind, own ?? where, Date.now());
    const chosen = objects.filter((object) =>
      name === null ? matches(object) : object.metadata.name === name,
    );
    if (name !== null && chosen.length === 0 && !isOn(line, "ignore-not-found"))
      missing.push(notFound(resourceOf(kind), name));
    return chosen.map((object) => ({ kind, object }));
  });
  return { found, missing };
}

async function print(context: Context, targets: Wanted[], found: Found[], failed: boolean): Promise<void> {
  const { line, out, err } = context;
  const format = flagOf(line, "output") ?? "";
  const single = targets.length === 1 && targets[0]?.name !== null;
  const whole = () =>
    single
      ? found[0]?.object
      : {
          apiVersion: "v1",
          items: found.map(({ object }) => object),
          kind: "List",
          metadata: { resourceVersion: "" },
        };
  if (format === "name")
    return out(found.map(({ kind, object }) => `${label(kind, object.metadata.name)}\n`).join(""));
  if (format !== "" && format !== "wide") {
    if (single && found.length === 0) return;
    return out(context.print(whole()));
  }
  if (found.length === 0 && !failed && !isOn(line, "ignore-not-found")) {
    const namespaced = targets.some(({ kind }) => kind.namespaced) && !isOn(line, "all-namespaces");
    return err(
      namespaced ? `No resources found in ${context.namespace} namespace.\n` : "No resources found\n",
    );
  }
  const { tableOf } = await import("#playground/cluster/printing/table.ts");
  const kinds = [...new Set(targets.map(({ kind }) => kind))];
  const options = {
    wide: format === "wide",
    namespaces: isOn(line, "all-namespaces"),
    labels: isOn(line, "show-labels"),
    headers: !isOn(line, "no-headers"),
    prefix: kinds.length > 1 || isOn(line, "show-kind"),
  };
  const tables = kinds.map((kind) => ({
    kind,
    objects: found.filter((one) => one.kind === kind).map(({ object }) => object),
  }));
  out(
    tables
      .filter(({ objects }) => objects.length > 0)
      .map(({ kind, objects }) => tableOf(kind, objects, options))
      .join("\n"),
  );
}
