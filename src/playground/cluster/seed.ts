import { writtenBy } from "#playground/cluster/fields/book.ts";
import { hashOf } from "#playground/cluster/pods/schedule.ts";
import { NEVER_READY } from "#playground/cluster/pods/troubles.ts";
import { isoTime, uidOf } from "./identity.ts";
import type { Deployment, KubeObject, Metadata, State, Template } from "./state.ts";

const DAY_MS = 86_400_000;
/** Name, replicas, the image's tags so far (the last one runs), port. */
const apps: [string, number, string[], number][] = [
  ["payment-api", 3, ["1.4.1", "1.4.2"], 8080],
  ["checkout", 2, ["3.0.6", "3.1.0"], 8080],
  ["legacy-report", 1, ["0.9.3"], 9000],
  ["flaky-worker", 1, ["2.2.0", "2.2.1"], 8081],
  ["web", 2, ["2.4.7", "2.4.8"], 80],
];

/** The cluster a playground begins with: three namespaces with the same five deployments, a node, a settings map each. */
export function firstState(now: number): State {
  const namespaces = ["default", "production", "staging"];
  return {
    version: 1,
    resourceVersion: 1_000,
    namespaces: namespaces.map((name) => ({
      ...object(
        "v1",
        "Namespace",
        meta(name, undefined, now - 40 * DAY_MS, { "kubernetes.io/metadata.name": name }),
      ),
      spec: { finalizers: ["kubernetes"] },
      status: { phase: "Active" },
    })),
    deployments: namespaces.flatMap((namespace) => apps.map((app) => deployment(namespace, app, now))),
    others: [
      node(now),
      ...namespaces.flatMap((namespace) => [
        ...apps.map((app) => service(namespace, app, now)),
        settings(namespace, now),
      ]),
    ],
  };
}

function deployment(
  namespace: string,
  [name, replicas, tags, port]: (typeof apps)[number],
  now: number,
): Deployment {
  const templates = tags.map((tag) => templateOf(name, tag, port));
  const template = templates.at(-1) ?? templateOf(name, "1", port);
  const never = name === "flaky-worker" && namespace !== "default";
  const changedAt = now - 2 * DAY_MS;
  const metadata = { ...meta(name, namespace, now - 30 * DAY_MS, { app: name }), generation: tags.length };
  if (never) metadata.annotations = { [NEVER_READY]: "true" };
  const current = { revision: tags.length, hash: hashOf(template), template };
  const pods = Array.from({ length: replicas }, (_, index) => ({
    name: `${name}-${current.hash}-${uidOf(`${namespace}/${name}/${index}`).slice(0, 5)}`,
    ...current,
    bornAt: changedAt,
    readyAt: never ? null : changedAt + 2_000,
    goneAt: null,
    trouble: never ? "CrashLoopBackOff" : null,
  }));
  const selector = { matchLabels: { app: name } };
  const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } };
  // No deadline for the one that never comes up, so that waiting for it ends with the caller's own timeout.
  const progressDeadlineSeconds = never ? 2_147_483_647 : 600;
  const spec = { replicas, selector, template, strategy, revisionHistoryLimit: 10, progressDeadlineSeconds };
  return {
    object: writtenBy({ apiVersion: "apps/v1", kind: "Deployment", metadata, spec }, "kubectl-create"),
    revisions: templates.map((one, index) => ({
      revision: index + 1,
      hash: hashOf(one),
      template: one,
      createdAt: changedAt - (tags.length - 1 - index) * 7 * DAY_MS,
    })),
    pods,
    changedAt,
  };
}

function templateOf(name: string, tag: string, port: number): Template {
  const container = {
    name,
    image: `registry.example/${name}:${tag}`,
    ports: [{ containerPort: port, protocol: "TCP" }],
  };
  return { metadata: { labels: { app: name } }, spec: { containers: [container], restartPolicy: "Always" } };
}

function service(namespace: string, [name, , , port]: (typeof apps)[number], now: number): KubeObject {
  const ports = [{ name: "http", port: 80, protocol: "TCP", targetPort: port }];
  const last = Number.parseInt(uidOf(`${namespace}/${name}`).slice(0, 2), 16);
  const spec = { type: "ClusterIP", clusterIP: `10.43.0.${last}`, selector: { app: name }, ports };
  const whole = { ...object("v1", "Service", meta(name, namespace, now - 30 * DAY_MS, { app: name })), spec };
  return writtenBy(whole, "kubectl-create");
}

function settings(namespace: string, now: number): KubeObject {
  const data = { LOG_LEVEL: namespace === "production" ? "info" : "debug", REGION: "eu-north" };
  const whole = { ...object("v1", "ConfigMap", meta("app-settings", namespace, now - 30 * DAY_MS)), data };
  return writtenBy(whole, "kubectl-create");
}

function node(now: number): KubeObject {
  const labels = { "kubernetes.io/hostname": "playground" };
  const status = { conditions: [{ type: "Ready", status: "True" }], nodeInfo: { kubeletVersion: "v1.32.4" } };
  return {
    ...object("v1", "Node", meta("playground", undefined, now - 40 * DAY_MS, labels)),
    spec: {},
    status,
  };
}

function object(apiVersion: string, kind: string, metadata: Metadata): KubeObject {
  return { apiVersion, kind, metadata };
}

function meta(
  name: string,
  namespace: string | undefined,
  at: number,
  labels?: Record<string, string>,
): Metadata {
  const base = {
    name,
    uid: uidOf(`${namespace}/${name}/${at}`),
    resourceVersion: "1000",
    creationTimestamp: isoTime(at),
    ...(labels === undefined ? {} : { labels }),
  };
  return namespace === undefined ? base : { ...base, namespace };
}
