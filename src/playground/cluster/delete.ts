import { setTimeout as wait } from "node:timers/promises";
import { schedule } from "#playground/cluster/pods/schedule.ts";
import { type Command, type Context, chosenObjects, fileFlags, selectFlags, touch } from "./command.ts";
import { KubectlError, notFound, notInThePlayground } from "./errors.ts";
import { changeState, readState } from "./file.ts";
import { dryRunOf, flagOf, goDuration, isOn } from "./flags.ts";
import { isoTime } from "./identity.ts";
import { type Kind, label, resourceOf, singularOf, type Target } from "./kinds.ts";
import type { KubeObject, State } from "./state.ts";
import { dropStored, findStored } from "./store.ts";
import { targetsOf } from "./targets.ts";

const POLL_MS = 50;

type Deleted = { kind: Kind; object: KubeObject };

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
  const deleted: Deleted[] = [];
  await changeState(context.stateFile, (state) => {
    const now = Date.now();
    let count = 0;
    // One after the other: what comes before a name that is not there is deleted all the same.
    for (const target of targets) {
      for (const { kind, object } of found(context, state, target, missing, now)) {
        if (dryRun === null) {
          take(state, kind, object, now);
          deleted.push({ kind, object });
        }
        context.out(said(line, format, kind, object));
        count++;
      }
    }
    if (count === 0 && missing.length === 0 && targets.every(({ name }) => name === null))
      context.out("No resources found\n");
  });
  if (flagOf(line, "wait") !== "false") await waitUntilGone(context, deleted);
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

/** Finalizers hold what is deleted until they are taken away. */
function take(state: State, kind: Kind, object: KubeObject, now: number): void {
  const { name, namespace = "default" } = object.metadata;
  const owner = state.deployments.find(
    (one) => one.object.metadata.namespace === namespace && one.pods.some((pod) => pod.name === name),
  );
  if (kind.plural === "pods" && owner !== undefined) {
    owner.pods = owner.pods.filter((pod) => pod.name !== name);
    schedule(state, owner, now);
    return;
  }
  const stored = findStored(state, kind, namespace, name);
  if (stored === null || kind.plural === "nodes") throw notInThePlayground(`"delete ${kind.plural}"`);
  const { metadata } = stored.object;
  if ((metadata.finalizers ?? []).length === 0) dropStored(state, stored.object);
  if ((metadata.finalizers ?? []).length === 0 || metadata.deletionTimestamp !== undefined) return;
  Object.assign(metadata, { deletionTimestamp: isoTime(now), deletionGracePeriodSeconds: 0 });
  touch(state, stored.object, true);
}

/** Waits, as kubectl does, until what was deleted is gone; what held it may be taken away meanwhile. */
async function waitUntilGone(context: Context, deleted: readonly Deleted[]): Promise<void> {
  const { line, stateFile, signal } = context;
  const timeoutMs = goDuration(flagOf(line, "timeout") ?? "0s") ?? 0;
  const until = timeoutMs > 0 ? performance.now() + timeoutMs : Number.POSITIVE_INFINITY;
  for (const { kind, object } of deleted) {
    const { name, namespace = "default", uid } = object.metadata;
    const isThere = async () =>
      findStored(await readState(stateFile), kind, namespace, name)?.object.metadata.uid === uid;
    while (await isThere()) {
      if (performance.now() >= until)
        throw new KubectlError(`error: timed out waiting for the condition on ${kind.plural}/${name}`);
      await wait(POLL_MS, undefined, { signal });
    }
  }
}
