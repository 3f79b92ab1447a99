import { setTimeout as wait } from "node:timers/promises";
import { hashOf } from "#playground/cluster/pods/schedule.ts";
import { countsAt } from "#playground/cluster/pods/times.ts";
import { causeOf, templateLines } from "#playground/cluster/printing/template.ts";
import {
  type Command,
  type Context,
  chosenObjects,
  fileFlags,
  report,
  writeFlags,
  writerOf,
} from "./command.ts";
import { KubectlError } from "./errors.ts";
import { changeState, readState } from "./file.ts";
import { dryRunOf, flagOf, goDuration, goInteger } from "./flags.ts";
import { isoTime } from "./identity.ts";
import { kindOf, label } from "./kinds.ts";
import { getDeployment, hasStalled, listObjects } from "./objects.ts";
import type { Deployment, State } from "./state.ts";
import { editStored, liveOf, type Stored } from "./store.ts";
import { targetsOf } from "./targets.ts";

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
  const names = await chosenNow(context);
  const timeoutMs = goDuration(flagOf(context.line, "timeout") ?? "0s") ?? 0;
  const until = timeoutMs > 0 ? performance.now() + timeoutMs : Number.POSITIVE_INFINITY;
  const watch = flagOf(context.line, "watch") !== "false";
  for (const one of names) await follow(context, one, watch, until);
}

/** Prints where one rollout stands, and while it is watched each time that changes, until it is done or the time is over. */
async function follow(
  context: Context,
  { name, namespace }: { name: string; namespace: string },
  watch: boolean,
  until: number,
): Promise<void> {
  const { signal } = context;
  for (let shown = ""; ; ) {
    const deployment = getDeployment(await readState(context.stateFile), namespace, name);
    const { text, done } = progressOf(deployment, Date.now());
    if (text !== shown) context.out(`${text}\n`);
    shown = text;
    if (done || !watch) return;
    if (performance.now() >= until) throw new KubectlError("error: timed out waiting for the condition");
    await wait(Math.min(POLL_MS, Math.max(1, until - performance.now())), undefined, { signal });
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
  if (wanted < 0) throw new KubectlError(`error: revision must be a positive integer: ${wanted}`);
  const format = flagOf(context.line, "output") ?? "";
  for (const { name, namespace } of await chosenNow(context)) {
    const deployment = getDeployment(await readState(context.stateFile), namespace, name);
    const one = deployment.revisions.find(({ revision }) => revision === wanted);
    if (wanted > 0 && one === undefined)
      throw new KubectlError("error: unable to find the specified revision");
    if (format !== "") {
      const sets = listObjects(
        await readState(context.stateFile),
        kindOf("replicasets"),
        namespace,
        Date.now(),
      );
      const hash = (one ?? deployment.revisions.at(-1))?.hash;
      context.out(context.print(sets.find(({ metadata }) => metadata.name === `${name}-${hash}`)));
      continue;
    }
    const title = `deployment.apps/${name} ${one === undefined ? "" : `with revision #${wanted}`}`;
    const rows = deployment.revisions.map(
      ({ revision, template }) => `${String(revision).padEnd(10)}${causeOf(template)}`,
    );
    const body = one === undefined ? ["REVISION  CHANGE-CAUSE", ...rows] : templateLines(one.template);
    context.out(`${[title, ...body, ""].join("\n")}\n`);
  }
}

type Chosen = { name: string; namespace: string };

async function chosenNow(context: Context): Promise<Chosen[]> {
  const targets = await targetsFor(context);
  return chosen(context, await readState(context.stateFile), targets, Date.now());
}

async function targetsFor(context: Context): ReturnType<typeof targetsOf> {
  const { words, flags } = context.line;
  if (words.length === 0 && !flags.has("selector") && !flags.has("filename"))
    throw new KubectlError("error: required resource not specified");
  return targetsOf(context);
}

function chosen(
  context: Context,
  state: State,
  targets: Awaited<ReturnType<typeof targetsOf>>,
  now: number,
): Chosen[] {
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
  return chosenObjects(context, state, targets, now).map(({ object: { metadata } }) => ({
    name: metadata.name,
    namespace: metadata.namespace ?? "default",
  }));
}

/** Answers what was done in kubectl's word, or a word that begins with "skipped" when nothing was to do. */
type Change = (deployment: Deployment, context: Context, now: number) => string;

async function changeEach(context: Context, change: Change): Promise<void> {
  const mode = dryRunOf(context.line);
  const kind = kindOf("deployments");
  const targets = await targetsFor(context);
  await changeState(context.stateFile, (real) => {
    const now = Date.now();
    const state = mode === null ? real : structuredClone(real);
    for (const { name, namespace } of chosen(context, state, targets, now)) {
      const deployment = getDeployment(state, namespace, name);
      const stored: Stored = { object: deployment.object, deployment };
      const before = liveOf(stored, now);
      const result = { done: "" };
      editStored(state, stored, { dryRun: mode !== null, now, writer: writerOf(context) }, () => {
        result.done = change(deployment, context, now);
      });
      // An undo prints the object as it was; the others ask the server for it again.
      const shown = context.path === "rollout undo" ? before : liveOf(stored, now);
      if (result.done.startsWith("skipped")) context.out(`${label(kind, name)} ${result.done}\n`);
      else report(context, kind, shown, result.done, mode);
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
  const wanted = goInteger(flagOf(line, "to-revision") ?? "0") ?? 0;
  if (wanted < 0) throw new KubectlError("error: revision must be a non-negative integer");
  const former = wanted === 0 ? revisions.at(-2) : revisions.find(({ revision }) => revision === wanted);
  if (wanted === 0 && former === undefined)
    throw new KubectlError(`error: no rollout history found for deployment "${metadata.name}"`);
  if (former === undefined)
    throw new KubectlError(`error: unable to find specified revision ${wanted} in history`);
  // In the client nothing is sent; kubectl shows what it would go back to.
  if (dryRunOf(line) === "client") return templateLines(former.template).join("\n");
  if (spec.paused === true)
    throw new KubectlError(
      "error: cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again",
    );
  if (hashOf(spec.template) === former.hash)
    return `skipped rollback (current template already matches revision ${wanted})`;
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
