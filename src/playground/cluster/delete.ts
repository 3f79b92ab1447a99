import { type Command, type Context, chosenObjects, fileFlags, selectFlags } from "./command.ts";
import { KubectlError, notFound, notInThePlayground } from "./errors.ts";
import { dryRunOf, flagOf, isOn } from "./flags.ts";
import { type Kind, label, resourceOf, singularOf, type Target } from "./kinds.ts";
import { schedule } from "./pods.ts";
import { changeState, type KubeObject, type State } from "./state.ts";
import { targetsOf } from "./targets.ts";

/** `kubectl delete`: by name, selector or --all; a deleted pod comes back under another name. */
export const remove: Command = {
  flags: {
    ...selectFlags,
    ...fileFlags,
    "dry-run": { optional: "unchanged" },
    "output,o": "text",
    "all-namespaces,A": "bool",
    cascade: { optional: "background" },
    force: "bool",
    "grace-period": "int",
    "ignore-not-found": "bool",
    "interactive,i": "bool",
    now: "bool",
    timeout: "duration",
    wait: "bool",
    raw: "text",
  },
  run,
};

async function run(context: Context): Promise<void> {
  const { line } = context;
  for (const flag of ["raw", "all-namespaces", "interactive", "field-selector"])
    if (line.flags.has(flag)) throw notInThePlayground(`"delete --${flag}"`);
  const format = formatOf(line);
  const targets = await targetsOf(context);
  const dryRun = dryRunOf(line);
  const missing: string[] = [];
  await changeState(context.stateFile, (state) => {
    const now = Date.now();
    let count = 0;
    // One after the other: what comes before a name that is not there is deleted all the same.
    for (const target of targets) {
      for (const { kind, object } of found(context, state, target, missing, now)) {
        if (dryRun === null) take(state, kind, object, now);
        context.out(said(line, format, kind, object));
        count++;
      }
    }
    if (count === 0 && missing.length === 0 && targets.every(({ name }) => name === null))
      context.out("No resources found\n");
  });
  if (missing.length > 0) throw new KubectlError(missing.join("\n"));
}

function formatOf(line: Context["line"]): "" | "name" {
  const format = flagOf(line, "output") ?? "";
  if (format === "" || format === "name") return format;
  throw new KubectlError(`error: unexpected -o output mode: ${format}. We only support '-o name'`);
}

/** What kubectl says of what it deleted, or would have. */
function said(line: Context["line"], format: "" | "name", kind: Kind, { metadata }: KubeObject): string {
  if (format === "name") return `${label(kind, metadata.name)}\n`;
  return `${singularOf(kind)} "${metadata.name}"${noteOf(line)}\n`;
}

function noteOf(line: Context["line"]): string {
  const dryRun = dryRunOf(line);
  if (dryRun !== null) return ` deleted (${dryRun === "client" ? "" : "server "}dry run)`;
  return isOn(line, "force") ? " force deleted" : " deleted";
}

function found(context: Context, state: State, target: Target, missing: string[], now: number) {
  try {
    return chosenObjects(context, state, [target], now);
  } catch (error) {
    const expected = target.name === null ? null : notFound(resourceOf(target.kind), target.name).message;
    if (!(error instanceof KubectlError) || error.message !== expected) throw error;
    if (!isOn(context.line, "ignore-not-found")) missing.push(error.message);
    return [];
  }
}

function take(state: State, kind: Kind, object: KubeObject, now: number): void {
  const { name, namespace } = object.metadata;
  const isIt = (one: KubeObject) =>
    one.kind === object.kind && one.metadata.name === name && one.metadata.namespace === namespace;
  const isInside = (one: KubeObject) => kind.plural === "namespaces" && one.metadata.namespace === name;
  const owner = state.deployments.find(
    (one) => one.object.metadata.namespace === namespace && one.pods.some((pod) => pod.name === name),
  );
  if (kind.plural === "pods" && owner !== undefined) {
    owner.pods = owner.pods.filter((pod) => pod.name !== name);
    schedule(owner, now);
    return;
  }
  if (kind.plural === "replicasets" || kind.plural === "nodes")
    throw notInThePlayground(`"delete ${kind.plural}"`);
  state.resourceVersion++;
  state.namespaces = state.namespaces.filter((one) => !isIt(one));
  state.deployments = state.deployments.filter((one) => !isIt(one.object) && !isInside(one.object));
  state.others = state.others.filter((one) => !isIt(one) && !isInside(one));
}
