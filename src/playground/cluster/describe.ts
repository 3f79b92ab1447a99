import { eventLines } from "#playground/cluster/describing/events.ts";
import { mapLines, plainLines, scalerLines, serviceLines } from "#playground/cluster/describing/others.ts";
import { deploymentLines, podLines } from "#playground/cluster/describing/workloads.ts";
import { aligned } from "#playground/cluster/printing/tabs.ts";
import type { Command, Context } from "./command.ts";
import { KubectlError, notFound, notInThePlayground } from "./errors.ts";
import { readState } from "./file.ts";
import { flagOf, isOn } from "./flags.ts";
import { type Kind, kindOf, readTargets, resourceOf } from "./kinds.ts";
import { listObjects } from "./objects.ts";
import { selectorOf } from "./select.ts";
import type { KubeObject, State } from "./state.ts";

/** `kubectl describe`: the fields people look for, in kubectl's layout. */
export const describe: Command = {
  flags: {
    "selector,l": "text",
    "all-namespaces,A": "bool",
    "show-events": "bool",
    "filename,f": "list",
    "chunk-size": "int",
  },
  run,
};

async function run(context: Context): Promise<void> {
  const { line, namespace, out } = context;
  if (line.flags.has("filename")) throw notInThePlayground('"describe --filename"');
  if (line.words.length === 0)
    throw new KubectlError(
      'error: You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.',
    );
  const state = await readState(context.stateFile);
  const matches = selectorOf(flagOf(line, "selector") ?? "");
  const missing: string[] = [];
  const found = readTargets(line.words).flatMap(({ kind, name }) => {
    const objects = listObjects(state, kind, isOn(line, "all-namespaces") ? null : namespace, Date.now());
    // Like kubectl, a name that is not there is taken for the beginning of one.
    const chosen = objects.filter((one) => (name === null ? matches(one) : one.metadata.name === name));
    const similar =
      name !== null && chosen.length === 0
        ? objects.filter((one) => one.metadata.name.startsWith(name))
        : chosen;
    if (name !== null && similar.length === 0) missing.push(notFound(resourceOf(kind), name).message);
    return similar.map((object) => ({ kind, object }));
  });
  if (found.length === 0 && missing.length === 0)
    context.err(`No resources found in ${namespace} namespace.\n`);
  const isTold = flagOf(line, "show-events") === undefined || isOn(line, "show-events");
  out(found.map(({ kind, object }) => described(state, kind, object, isTold)).join("\n\n"));
  if (missing.length > 0) throw new KubectlError(missing.join("\n"));
}

/** A description with what is told of the object, unless that is not wanted: who may see objects may not see events. */
function described(state: State, kind: Kind, object: KubeObject, isTold: boolean): string {
  const now = Date.now();
  const lines = linesOf(state, kind, object, now);
  const { namespace = null } = object.metadata;
  const events =
    isTold && kind.plural !== "resourcequotas" ? listObjects(state, kindOf("events"), namespace, now) : null;
  return aligned([...lines, ...(events === null ? [] : eventLines(events, object, now))]);
}

function linesOf(state: State, { plural }: Kind, object: KubeObject, now: number): string[] {
  const { name, namespace = null } = object.metadata;
  const beside = (other: string) => listObjects(state, kindOf(other), namespace, now);
  if (plural === "pods") return podLines(object);
  if (plural === "deployments") {
    const revision = ({ metadata }: KubeObject) =>
      Number(metadata.annotations?.["deployment.kubernetes.io/revision"]);
    const mine = beside("replicasets").filter((one) => one.metadata.ownerReferences?.[0]?.name === name);
    return deploymentLines(
      object,
      mine.toSorted((one, other) => revision(one) - revision(other)),
    );
  }
  if (plural === "services") {
    const label = "kubernetes.io/service-name";
    return serviceLines(
      object,
      beside("endpointslices").find(({ metadata }) => metadata.labels?.[label] === name),
    );
  }
  if (plural === "horizontalpodautoscalers") return scalerLines(object);
  return plural === "configmaps" ? mapLines(object) : plainLines(object);
}
