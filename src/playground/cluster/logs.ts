import { isUnscheduled } from "#playground/cluster/pods/fitting.ts";
import { standardLines } from "#playground/cluster/pods/lines.ts";
import { restartsOf } from "#playground/cluster/pods/restarts.ts";
import { isReady, podsAt } from "#playground/cluster/pods/times.ts";
import { toldOf } from "#playground/cluster/stories/told.ts";
import type { Command, Context } from "./command.ts";
import { KubectlError, notFound, notInThePlayground, usageError } from "./errors.ts";
import { readState } from "./file.ts";
import { flagOf, goDuration, goInteger, isOn } from "./flags.ts";
import { readTargets } from "./kinds.ts";
import { getDeployment } from "./objects.ts";
import { selectorOf } from "./select.ts";
import type { PodPlan, State } from "./state.ts";

/** kubectl shows this many lines of each pod when they are chosen by a selector. */
const SELECTOR_TAIL = 10;

/** `kubectl logs POD`, `kubectl logs deployment/NAME`. */
export const logs: Command = {
  flags: {
    "selector,l": "text",
    "container,c": "text",
    "follow,f": "bool",
    "previous,p": "bool",
    "all-containers": "bool",
    "all-pods": "bool",
    "ignore-errors": "bool",
    "insecure-skip-tls-verify-backend": "bool",
    "limit-bytes": "int",
    "max-log-requests": "int",
    "pod-running-timeout": "duration",
    prefix: "bool",
    since: "duration",
    "since-time": "text",
    tail: "int",
    timestamps: "bool",
  },
  run,
};

async function run(context: Context): Promise<void> {
  const { line } = context;
  for (const flag of ["follow", "since-time", "limit-bytes"])
    if (line.flags.has(flag) && flagOf(line, flag) !== "false") throw notInThePlayground(`"logs --${flag}"`);
  const selector = flagOf(line, "selector");
  if ((line.words.length === 0) === (selector === undefined) || line.words.length > 2) throw usageOfLogs();
  const tail = tailOf(line, selector);
  const now = Date.now();
  const state = await readState(context.stateFile);
  for (const pod of choose(context, state, now)) {
    const lines = linesOf(state, pod, now, context);
    const kept = tail < 0 ? lines : lines.slice(lines.length - Math.min(tail, lines.length));
    const container =
      flagOf(line, "container") ?? line.words[1] ?? pod.template.spec.containers[0]?.name ?? "";
    const prefix = isOn(line, "prefix") ? `[pod/${pod.name}/${container}] ` : "";
    context.out(kept.map((text) => `${prefix}${text}\n`).join(""));
  }
}

/** How many lines of each pod; -1 is all of them. */
function tailOf(line: Context["line"], selector: string | undefined): number {
  const standard = selector === undefined ? "-1" : String(SELECTOR_TAIL);
  const tail = goInteger(flagOf(line, "tail") ?? standard) ?? -1;
  if (tail < -1) throw new KubectlError("error: --tail must be greater than or equal to -1");
  return tail;
}

function choose(context: Context, state: State, now: number): PodPlan[] {
  const { line, namespace } = context;
  const here = state.deployments.filter(({ object }) => object.metadata.namespace === namespace);
  const selector = flagOf(line, "selector");
  if (selector !== undefined) {
    const matches = selectorOf(selector);
    const pods = here.filter(({ object }) => matches(object)).flatMap((one) => podsAt(one, now));
    if (pods.length === 0) context.err(`No resources found in ${namespace} namespace.\n`);
    return pods;
  }
  const [word = "", container] = line.words;
  const target = word.includes("/") ? readTargets([word])[0] : undefined;
  if (target !== undefined && target.kind.plural !== "pods" && target.kind.plural !== "deployments")
    throw new KubectlError(
      `error: cannot get the logs from *v1.${target.kind.kind}: selector for *v1.${target.kind.kind} not implemented`,
    );
  const name = target?.name ?? word;
  const pods =
    target?.kind.plural === "deployments"
      ? podsAt(getDeployment(state, namespace, name), now)
      : here.flatMap((one) => podsAt(one, now)).filter((pod) => pod.name === name);
  const [first] = pods.toSorted((a, b) => Number(isReady(b, now)) - Number(isReady(a, now)));
  if (first === undefined && target?.kind.plural === "deployments")
    throw new KubectlError("error: timed out waiting for the condition");
  if (first === undefined) throw notFound("pods", name);
  const wanted = flagOf(line, "container") ?? container;
  if (wanted !== undefined && !first.template.spec.containers.some((one) => one.name === wanted))
    throw new KubectlError(`error: container ${wanted} is not valid for pod ${first.name}`);
  if (pods.length > 1) context.err(`Found ${pods.length} pods, using pod/${first.name}\n`);
  return [first];
}

function linesOf(state: State, pod: PodPlan, now: number, { line, namespace }: Context): string[] {
  const { name = "" } = pod.template.spec.containers[0] ?? {};
  const refused = (why: string) =>
    new KubectlError(
      `Error from server (BadRequest): ${why.replace("NAME", `"${name}" in pod "${pod.name}"`)}`,
    );
  if (isUnscheduled(pod)) return [];
  const waits = waitsToStart(pod, now);
  if (isOn(line, "previous") && restartsOf(pod, now) === 0)
    throw refused("previous terminated container NAME not found");
  if (waits !== null) throw refused(`container NAME is waiting to start: ${waits}`);
  const told = toldOf(state, namespace, pod, isOn(line, "previous"));
  if (told !== null) return told;
  const since = flagOf(line, "since");
  const from = since === undefined ? 0 : now - (goDuration(since) ?? 0);
  return standardLines(pod, namespace, now, isOn(line, "previous"))
    .filter(({ at }) => at >= from)
    .map(({ at, text }) => {
      const time = new Date(at).toISOString();
      return `${isOn(line, "timestamps") ? `${time} ` : ""}${time} ${text}`;
    });
}

/** Why a container has printed nothing yet, in the server's words; null: it has. */
function waitsToStart(pod: PodPlan, now: number): string | null {
  if (/^(ImagePullBackOff|InvalidImageName)$/.test(pod.trouble ?? ""))
    return "trying and failing to pull image";
  if (pod.trouble === "CreateContainerConfigError") return pod.trouble;
  return pod.trouble === null && !isReady(pod, now) && restartsOf(pod, now) === 0
    ? "ContainerCreating"
    : null;
}

function usageOfLogs(): KubectlError {
  return usageError(
    "logs",
    "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command",
  );
}
