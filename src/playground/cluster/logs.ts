import { isReady, podsAt } from "#playground/cluster/pods/times.ts";
import { restartsOf } from "#playground/cluster/pods/troubles.ts";
import type { Command, Context } from "./command.ts";
import { KubectlError, notFound, notInThePlayground, usageError } from "./errors.ts";
import { readState } from "./file.ts";
import { flagOf, goDuration, goInteger, isOn } from "./flags.ts";
import { readTargets } from "./kinds.ts";
import { getDeployment } from "./objects.ts";
import { selectorOf } from "./select.ts";
import type { PodPlan, State } from "./state.ts";

/** A running pod writes a line this often; so many of them are kept. */
const LINE_EVERY_MS = 15_000;
const KEPT_LINES = 400;
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
  for (const pod of choose(context, await readState(context.stateFile), now)) {
    const lines = linesOf(pod, now, context);
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

function linesOf(pod: PodPlan, now: number, { line, namespace }: Context): string[] {
  const container = pod.template.spec.containers[0];
  if (
    pod.trouble === "ImagePullBackOff" ||
    pod.trouble === "InvalidImageName" ||
    (pod.trouble === null && !isReady(pod, now))
  )
    throw new KubectlError(
      `Error from server (BadRequest): container "${container?.name ?? ""}" in pod "${pod.name}" is waiting to start: ${pod.trouble === null ? "ContainerCreating" : "trying and failing to pull image"}`,
    );
  if (isOn(line, "previous") && restartsOf(pod, now) === 0)
    throw new KubectlError(
      `Error from server (BadRequest): previous terminated container "${container?.name ?? ""}" in pod "${pod.name}" not found`,
    );
  const since = flagOf(line, "since");
  const from = since === undefined ? 0 : now - (goDuration(since) ?? 0);
  const image = container?.image.split("/").at(-1) ?? "";
  const texts = pod.trouble === null ? healthy(pod, image, now) : crashing(pod, image, now, namespace);
  return texts
    .filter(({ at }) => at >= from)
    .map(
      ({ at, text }) =>
        `${isOn(line, "timestamps") ? `${new Date(at).toISOString()} ` : ""}${new Date(at).toISOString()} ${text}`,
    );
}

type LogLine = { at: number; text: string };

function healthy(pod: PodPlan, image: string, now: number): LogLine[] {
  const start = pod.readyAt ?? pod.bornAt;
  const started = [
    { at: start - 200, text: `INFO  starting ${image}` },
    { at: start, text: "INFO  ready, taking requests" },
  ];
  const ticks = Math.floor((now - start) / LINE_EVERY_MS);
  const first = Math.max(1, ticks - KEPT_LINES + 1);
  const regular = Array.from({ length: Math.max(0, ticks - first + 1) }, (_, index) => {
    const tick = first + index;
    const tookMs = 2 + ((tick * 7 + pod.name.length) % 19);
    return {
      at: start + tick * LINE_EVERY_MS,
      text: tick % 20 === 0 ? `INFO  ${tick * 31} requests served` : `INFO  GET /healthz 200 ${tookMs}ms`,
    };
  });
  return first > 1 ? regular : [...started, ...regular];
}

function crashing(pod: PodPlan, image: string, now: number, namespace: string): LogLine[] {
  const at = Math.max(pod.bornAt, now - 40_000);
  return [
    { at, text: `INFO  starting ${image}` },
    { at: at + 900, text: `WARN  queue.${namespace}.svc:5672 refused the connection, attempt 1 of 3` },
    { at: at + 1_900, text: `WARN  queue.${namespace}.svc:5672 refused the connection, attempt 3 of 3` },
    { at: at + 2_000, text: "ERROR giving up: no queue to work on, exit 1" },
  ];
}

function usageOfLogs(): KubectlError {
  return usageError(
    "logs",
    "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command",
  );
}
