import { type Draft, patch, plain, waitFor } from "#playground/model/steps.ts";
import { kubectl, type Looking } from "./look.ts";
import type { Found } from "./objects.ts";
import { type Row, rowsOf } from "./table.ts";

/** Why something is not as it should be, in a sentence, and what mends it: steps, going back a revision, or only a person. */
export type Cause = { because: string; fix: Draft[] | "undo" | null };

/** Walks from the pods to what keeps them: the waiting reason first, then events, the last words, probe, selector, autoscaler. */
export function* causeOf(found: Found): Looking<Cause> {
  const { name, namespace, row } = found;
  const stuck = yield* stuckGoing(found);
  if (stuck !== null) return stuck;
  const text = yield* kubectl(`how the pods of ${name} are`, "get", "pods", "-n", namespace);
  const pods = rowsOf(text).filter((pod) => isPodOf(pod["NAME"] ?? "", name));
  const bad =
    pods.find((pod) => !isReady(pod)) ?? pods.find((pod) => Number.parseInt(pod["RESTARTS"] ?? "0", 10) > 3);
  const wanted = Number(/\/(\d+)$/.exec(row["READY"] ?? "")?.[1] ?? 0);
  if (bad === undefined && pods.length < wanted) return yield* notMade(found, wanted, pods.length);
  if (bad === undefined) return yield* allReady(found, pods);
  return yield* ofPod(found, bad);
}

function* ofPod(found: Found, bad: Row): Looking<Cause> {
  const { name, row } = found;
  const status = bad["STATUS"] ?? "";
  const pod = bad["NAME"] ?? "";
  if (/ImagePull|ErrImage|InvalidImage/.test(status))
    return {
      because: `${name} runs with the image ${row["IMAGES"]}, which cannot be pulled (${status}).`,
      fix: "undo",
    };
  if (/CreateContainerConfigError/.test(status)) return yield* missingConfig(found, pod);
  if (status === "Pending") return yield* pending(found, pod);
  if (/CrashLoopBackOff|OOMKilled|Error/.test(status) || Number.parseInt(bad["RESTARTS"] ?? "0", 10) > 3)
    return yield* crashing(found, pod, bad["RESTARTS"] ?? "");
  return yield* unready(found, pod);
}

function* stuckGoing({ name, namespace }: Found): Looking<Cause | null> {
  const text = yield* kubectl(`what ${name} is`, "get", "deployment", name, "-n", namespace, "-o", "yaml");
  if (!/^ {2}deletionTimestamp:/m.test(text)) return null;
  const finalizers = [...(/^ {2}finalizers:\n((?: {2}-.*\n?)+)/m.exec(text)?.[1] ?? "").matchAll(/- (.+)/g)];
  const names = finalizers.map(({ 1: finalizer }) => finalizer).join(", ");
  return {
    because: `${name} is being deleted and waits for its finalizer ${names}, which nobody has taken off.`,
    fix: [patch("deployment", name, namespace, { metadata: { finalizers: null } })],
  };
}

function* missingConfig({ name, namespace }: Found, pod: string): Looking<Cause> {
  const events = yield* eventsAbout(namespace, pod);
  const missing = /(configmap|secret) "([^"]+)" not found/.exec(events);
  const what = missing === null ? "a config map or secret" : `the ${missing[1]} ${missing[2]}`;
  return { because: `The pods of ${name} cannot start because ${what} is not there.`, fix: "undo" };
}

function* pending({ name, namespace }: Found, pod: string): Looking<Cause> {
  const events = yield* eventsAbout(namespace, pod);
  const nodes = yield* kubectl("how the nodes are", "get", "nodes");
  const cordoned = rowsOf(nodes).find((node) => /SchedulingDisabled/.test(node["STATUS"] ?? ""))?.["NAME"];
  const said = events.split("\n").find((line) => line.includes("FailedScheduling")) ?? "";
  if (cordoned !== undefined)
    return {
      because: `The pods of ${name} are pending because the node ${cordoned} is cordoned, so that nothing new may run there.`,
      fix: [plain(`Let pods run on ${cordoned} again`, "medium", ["uncordon", cordoned])],
    };
  return {
    because: `The pods of ${name} are pending because no node takes them: ${messageOf(said)}`,
    fix: "undo",
  };
}

function* notMade({ name, namespace }: Found, wanted: number, has: number): Looking<Cause> {
  const events = yield* eventsAbout(namespace, name);
  const quota = /exceeded quota: ([^,]+), .*limited: ([^\n]+)/.exec(events);
  if (quota === null)
    return { because: `${name} has ${has} of ${wanted} pods, and no event says why.`, fix: null };
  return {
    because: `${name} has ${has} of ${wanted} pods because the quota ${quota[1]} allows no more (${quota[2]}).`,
    fix: null,
  };
}

function* crashing({ name, namespace }: Found, pod: string, restarts: string): Looking<Cause> {
  const about = yield* kubectl(
    `how the last container of ${name} ended`,
    "describe",
    "pod",
    pod,
    "-n",
    namespace,
  );
  const often = Number.parseInt(restarts, 10);
  if (/OOMKilled/.test(about)) {
    const limit = /memory:\s+(\d+)(Mi|Gi)/.exec(about);
    const [, amount = "0", unit = "Mi"] = limit ?? [];
    const because = `${name} was killed ${often} times because it needs more memory than its limit${limit === null ? "" : ` of ${amount}${unit}`} (OOMKilled).`;
    const args = [
      "set",
      "resources",
      `deployment/${name}`,
      `--limits=memory=${Number(amount) * 2}${unit}`,
      "-n",
      namespace,
    ];
    const raise = plain(`Raise the memory limit of ${name} to ${Number(amount) * 2}${unit}`, "medium", args);
    return { because, fix: limit === null ? null : [raise, waitFor(name, namespace)] };
  }
  if (/Liveness probe failed/.test(about))
    return { because: `${name} is restarted because its liveness probe fails.`, fix: "undo" };
  const words = yield* kubectl(
    `the last words of ${name}`,
    ...["logs", pod, "-n", namespace, "--previous", "--tail=20"],
  );
  const last =
    words.split("\n").findLast((line) => /error|fatal|panic|exit|cannot|refused|missing/i.test(line)) ?? "";
  return {
    because: `${name} has restarted ${often} times; its last words were: ${messageOf(last)}`,
    fix: "undo",
  };
}

function* unready({ name, namespace }: Found, pod: string): Looking<Cause> {
  const events = yield* eventsAbout(namespace, pod);
  const probe = /Readiness probe failed/.test(events);
  return probe
    ? {
        because: `The pods of ${name} run and are not ready because their readiness probe fails.`,
        fix: "undo",
      }
    : { because: `The pods of ${name} run and are not ready yet; no event says why.`, fix: null };
}

/** Nothing is wrong with the pods: a service that does not find them, or an autoscaler that takes the count back. */
function* allReady({ name, namespace, row }: Found, pods: readonly Row[]): Looking<Cause> {
  const services = rowsOf(
    yield* kubectl("what the services select", "get", "services", "-n", namespace, "-o", "wide"),
  );
  const service = services.find((one) => one["NAME"] === name);
  const [selector = "", labels = ""] = [service?.["SELECTOR"], row["SELECTOR"]];
  if (service !== undefined && selector !== labels && !labels.split(",").includes(selector)) {
    const wanted = Object.fromEntries(labels.split(",").map((pair) => pair.split("=", 2)));
    const old = Object.fromEntries(selector.split(",").map((pair) => [pair.split("=", 1)[0] ?? "", null]));
    return {
      because: `The service ${name} selects ${selector}, and the pods of ${name} have ${labels}, so that it reaches none of them.`,
      fix: [patch("service", name, namespace, { spec: { selector: { ...old, ...wanted } } })],
    };
  }
  const scalers = rowsOf(yield* kubectl("whether an autoscaler is on it", "get", "hpa", "-n", namespace));
  const scaler = scalers.find((one) => (one["REFERENCE"] ?? "").endsWith(`/${name}`));
  if (scaler !== undefined)
    return {
      because: `All ${pods.length} pods of ${name} are ready. The autoscaler ${scaler["NAME"]} holds it between ${scaler["MINPODS"]} and ${scaler["MAXPODS"]} pods, and takes back any other count.`,
      fix: null,
    };
  return { because: `All ${pods.length} pods of ${name} are ready, and nothing of it failed.`, fix: null };
}

function* eventsAbout(namespace: string, about: string): Looking<string> {
  const text = yield* kubectl(`what happened to ${about}`, "get", "events", "-n", namespace);
  return text
    .split("\n")
    .filter((line) => line.includes(about))
    .join("\n");
}

/** The last column of an event, or a log line without its time. */
function messageOf(line: string): string {
  const message = line.split(/ {3,}/).at(-1) ?? "";
  return (
    message
      .replace(/^\S+Z +/, "")
      .trim()
      .slice(0, 300) || "nothing"
  );
}

/** A pod bears its deployment's name, then its template's hash and its own. */
function isPodOf(pod: string, name: string): boolean {
  return pod.startsWith(`${name}-`) && /^[a-z0-9]+-[a-z0-9]+$/.test(pod.slice(name.length + 1));
}

function isReady(pod: Row): boolean {
  const [up, all] = (pod["READY"] ?? "").split("/");
  return up === all && pod["STATUS"] === "Running";
}
