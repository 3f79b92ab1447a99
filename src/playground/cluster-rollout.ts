import { setTimeout as wait } from "node:timers/promises";
import {
  type Command,
  type Context,
  chosenObjects,
  fileFlags,
  report,
  touch,
  writeFlags,
} from "./cluster-command.ts";
import { KubectlError } from "./cluster-errors.ts";
import { dryRunOf, flagOf, goDuration, goInteger } from "./cluster-flags.ts";
import { kindOf, label, readTargets } from "./cluster-kinds.ts";
import { getDeployment, hasStalled, isoTime } from "./cluster-objects.ts";
import { countsAt, hashOf, schedule } from "./cluster-pods.ts";
import { changeState, type Deployment, readState, type State } from "./cluster-state.ts";

const POLL_MS = 50;
const CHANGE_FLAGS = { ...fileFlags, ...writeFlags, "selector,l": "text" } as const;

/** `kubectl rollout SUBCOMMAND`. */
export const rollout: Record<string, Command> = {
  status: {
    flags: { ...fileFlags, "selector,l": "text", "watch,w": "bool", timeout: "duration", revision: "int" },
    run: status,
  },
  history: {
    flags: { ...fileFlags, "selector,l": "text", revision: "int", "output,o": "text" },
    run: history,
  },
  restart: { flags: CHANGE_FLAGS, run: (context) => changeEach(context, restart) },
  undo: { flags: { ...CHANGE_FLAGS, "to-revision": "int" }, run: (context) => changeEach(context, undo) },
  pause: { flags: CHANGE_FLAGS, run: (context) => changeEach(context, pause) },
  resume: { flags: CHANGE_FLAGS, run: (context) => changeEach(context, resume) },
};

async function status(context: Context): Promise<void> {
  const names = await chosenNames(context);
  const timeoutMs = goDuration(flagOf(context.line, "timeout") ?? "0s") ?? 0;
  const until = timeoutMs > 0 ? performance.now() + timeoutMs : Number.POSITIVE_INFINITY;
  const watch = flagOf(context.line, "watch") !== "false";
  for (const name of names) {
    for (let shown = ""; ; ) {
      const { text, done } = progressOf(
        getDeployment(await readState(context.stateFile), context.namespace, name),
        Date.now(),
      );
      if (text !== shown) context.out(`${text}\n`);
      shown = text;
      if (done || !watch) break;
      if (performance.now() >= until) throw new KubectlError("error: timed out waiting for the condition");
      await wait(Math.min(POLL_MS, Math.max(1, until - performance.now())));
    }
  }
}

/** The sentence kubectl prints for where a rollout stands. */
function progressOf(deployment: Deployment, now: number): { text: string; done: boolean } {
  const { metadata, spec } = deployment.object;
  if (hasStalled(deployment, now))
    throw new KubectlError(`error: deployment "${metadata.name}" exceeded its progress deadline`);
  const { replicas, updated, ready } = countsAt(deployment, now);
  const waiting = (what: string) => ({
    text: `Waiting for deployment "${metadata.name}" rollout to finish: ${what}`,
    done: false,
  });
  if (updated < spec.replicas)
    return waiting(`${updated} out of ${spec.replicas} new replicas have been updated...`);
  if (replicas > updated) return waiting(`${replicas - updated} old replicas are pending termination...`);
  if (ready < updated) return waiting(`${ready} of ${updated} updated replicas are available...`);
  return { text: `deployment "${metadata.name}" successfully rolled out`, done: true };
}

async function history(context: Context): Promise<void> {
  const wanted = goInteger(flagOf(context.line, "revision") ?? "0") ?? 0;
  for (const name of await chosenNames(context)) {
    const { revisions } = getDeployment(await readState(context.stateFile), context.namespace, name);
    const one = revisions.find(({ revision }) => revision === wanted);
    if (wanted > 0 && one === undefined)
      throw new KubectlError("error: unable to find the specified revision");
    const title = `deployment.apps/${name} ${one === undefined ? "" : `with revision #${wanted}`}`;
    const containers =
      one?.template.spec.containers.map(({ name, image }) => `   ${name}:\n    Image:\t${image}`) ?? [];
    const rows = revisions.map(({ revision }) => `${String(revision).padEnd(10)}<none>`);
    const body =
      one === undefined
        ? ["REVISION  CHANGE-CAUSE", ...rows]
        : ["Pod Template:", "  Containers:", ...containers];
    context.out(`${[title, ...body, ""].join("\n")}\n`);
  }
}

async function chosenNames(context: Context): Promise<string[]> {
  const state = await readState(context.stateFile);
  return chosen(context, state, Date.now());
}

function chosen(context: Context, state: State, now: number): string[] {
  if (context.line.words.length === 0 && flagOf(context.line, "selector") === undefined)
    throw new KubectlError("error: required resource not specified");
  const targets = readTargets(context.line.words);
  const wrong = targets.find(({ kind }) => kind.plural !== "deployments");
  if (wrong !== undefined) {
    const verb = context.path.replace("rollout ", "");
    const kind = wrong.kind.plural;
    if (verb === "status")
      throw new KubectlError(`error: no status viewer has been implemented for *v1.${wrong.kind.kind}`);
    throw new KubectlError(
      `error: ${kind} "${wrong.name ?? ""}" ${verb === "undo" ? "rolling back" : `${verb}ing`} is not supported`,
    );
  }
  return chosenObjects(context, state, targets, now).map(({ object }) => object.metadata.name);
}

/** Answers what was done in kubectl's word, or a word that begins with "skipped" when nothing was to do. */
type Change = (deployment: Deployment, context: Context, now: number) => string;

async function changeEach(context: Context, change: Change): Promise<void> {
  const dryRun = dryRunOf(context.line);
  const kind = kindOf("deployments");
  await changeState(context.stateFile, (state) => {
    const now = Date.now();
    for (const name of chosen(context, state, now)) {
      const stored = getDeployment(state, context.namespace, name);
      const deployment = dryRun === null ? stored : structuredClone(stored);
      const done = change(deployment, context, now);
      if (done.startsWith("skipped")) {
        context.out(`${label(kind, name)} ${done}\n`);
        continue;
      }
      touch(state, deployment.object, true);
      schedule(deployment, now);
      report(context, kind, deployment.object, done, dryRun);
    }
  });
}

function restart({ object: { metadata, spec } }: Deployment, _: Context, now: number): string {
  if (spec.paused === true)
    throw new KubectlError(
      `error: deployments.apps "${metadata.name}" can't restart paused deployment (run rollout resume first)`,
    );
  const annotations = {
    ...spec.template.metadata.annotations,
    "kubectl.kubernetes.io/restartedAt": isoTime(now),
  };
  spec.template = { ...spec.template, metadata: { ...spec.template.metadata, annotations } };
  return "restarted";
}

function undo({ object: { metadata, spec }, revisions }: Deployment, { line }: Context): string {
  if (spec.paused === true)
    throw new KubectlError(
      `error: deployments.apps "${metadata.name}" cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again`,
    );
  const wanted = goInteger(flagOf(line, "to-revision") ?? "0") ?? 0;
  if (wanted < 0) throw new KubectlError("error: revision must be a non-negative integer");
  const former = wanted === 0 ? revisions.at(-2) : revisions.find(({ revision }) => revision === wanted);
  if (wanted === 0 && former === undefined)
    throw new KubectlError(`error: no rollout history found for deployment "${metadata.name}"`);
  if (former === undefined)
    throw new KubectlError(`error: unable to find specified revision ${wanted} in history`);
  if (hashOf(spec.template) === former.hash)
    return `skipped rollback (current template already matches revision ${former.revision})`;
  spec.template = former.template;
  return "rolled back";
}

function pause({ object: { metadata, spec } }: Deployment): string {
  if (spec.paused === true)
    throw new KubectlError(`error: deployments.apps "${metadata.name}" is already paused`);
  spec.paused = true;
  return "paused";
}

function resume({ object: { metadata, spec } }: Deployment): string {
  if (spec.paused !== true)
    throw new KubectlError(`error: deployments.apps "${metadata.name}" is not paused`);
  delete spec.paused;
  return "resumed";
}
