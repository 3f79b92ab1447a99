import {
  api,
  budget,
  type Case,
  cron,
  ingress,
  type Manifest,
  map,
  network,
  OTHER,
  scaler,
  service,
  web,
  workload,
} from "./case.ts";

const RESTARTED = [
  "spec",
  "template",
  "metadata",
  "annotations",
  "kubectl.kubernetes.io/restartedAt",
] as const;

const rolled: Case[] = [
  { name: "rollout pause", seed: [web()], steps: ["rollout pause deployment/web"], other: OTHER },
  {
    name: "rollout resume",
    seed: [web({ paused: true })],
    steps: ["rollout resume deployment/web"],
    same: undefined,
    other: OTHER,
  },
  {
    name: "rollout restart",
    seed: [web()],
    steps: ["rollout restart deployment/web"],
    same: {
      on: "deployment/web",
      merge: {
        spec: { template: { metadata: { annotations: { [RESTARTED[4]]: "2030-01-01T00:00:00Z" } } } },
      },
      path: RESTARTED,
      value: "2030-01-01T00:00:00Z",
    },
    other: OTHER,
  },
  {
    name: "rollout undo",
    seed: [web()],
    first: ["set image deployment/web web=registry.example/web:2"],
    steps: ["rollout undo deployment/web"],
    other: OTHER,
  },
].map((one): Case => ({ verb: "rollout", ...one }) as Case);

const node = (name: string, spec: object): Manifest => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name },
  spec,
});
const nodes: Case[] = [
  { name: "cordon", seed: [node("NODE", {})], steps: ["cordon NODE"] },
  { name: "uncordon", seed: [node("NODE", { unschedulable: true })], steps: ["uncordon NODE"] },
  { name: "taint adds", seed: [node("NODE", {})], steps: ["taint nodes NODE a=b:NoSchedule"] },
  {
    name: "taint removes",
    seed: [node("NODE", { taints: [{ key: "a", value: "b", effect: "NoSchedule" }] })],
    steps: ["taint nodes NODE a-"],
  },
].map(
  (one): Case => ({
    ...one,
    verb: one.name.split(" ")[0] ?? "",
    other: {
      on: "node/NODE",
      merge: { metadata: { labels: { rack: "9" } } },
      path: ["metadata", "labels", "rack"],
      value: "9",
    },
  }),
);

/** What is made goes by its uid: what somebody made in its place stays. */
const made: Case[] = [
  {
    name: "expose",
    verb: "expose",
    seed: [web()],
    steps: ["expose deployment/web --port=80"],
    same: { anew: service(99) },
  },
  {
    name: "autoscale",
    verb: "autoscale",
    seed: [web()],
    steps: ["autoscale deployment/web --max=3"],
    same: { anew: scaler(9) },
  },
  {
    name: "create a config map",
    verb: "create",
    seed: [],
    steps: ["create configmap settings --from-literal=A=1"],
    same: { anew: map({ A: "9" }) },
  },
  {
    name: "create from a file",
    verb: "create",
    seed: [],
    files: { a: [map({ A: "1" }), service()] },
    steps: ["create -f a.yaml"],
    same: { anew: service(99) },
  },
  {
    name: "apply of what is new",
    verb: "create",
    seed: [],
    files: { a: [web()] },
    steps: ["apply -f a.yaml"],
    same: { anew: web({ image: "registry.example/web:9" }) },
  },
];

const listed: [string, Manifest, Manifest][] = [
  ["deployment/web", web(), web({ image: "registry.example/web:9" })],
  ["statefulset/db", workload("StatefulSet"), workload("StatefulSet", 3)],
  [
    "daemonset/agent",
    workload("DaemonSet"),
    { ...workload("DaemonSet"), metadata: { name: "agent", labels: { by: "hand" } } },
  ],
  ["service/web", service(), service(99)],
  ["ingress/web", ingress(), ingress("z.example")],
  ["configmap/settings", map({ A: "1" }), map({ A: "9" })],
  ["hpa/web", scaler(), scaler(9)],
  ["pdb/web", budget(), budget(9)],
  ["networkpolicy/closed", network(), { ...network(), metadata: { name: "closed", labels: { by: "hand" } } }],
  ["cronjob/nightly", cron(), cron("0 9 * * *")],
];
const deleted = listed.map(
  ([what, seed, anew]): Case => ({
    name: `delete ${what.split("/")[0]}`,
    verb: "delete",
    seed: [seed],
    steps: [`delete ${what}`],
    same: { anew },
  }),
);

const simple = (kind: string, apiVersion: string, more: object): Manifest => ({
  apiVersion,
  kind,
  metadata: { name: "one" },
  ...more,
});
const unlisted = [
  simple("Job", "batch/v1", {
    spec: {
      template: {
        spec: { containers: [{ name: "j", image: "registry.example/j:1" }], restartPolicy: "Never" },
      },
    },
  }),
  simple("PersistentVolumeClaim", "v1", { spec: { accessModes: ["ReadWriteOnce"] } }),
  simple("ServiceAccount", "v1", {}),
].map(
  (seed): Case => ({
    name: `delete ${seed.kind.toLowerCase()}, which nothing brings back`,
    verb: "delete",
    seed: [seed],
    steps: [`delete ${seed.kind.toLowerCase()}/one`],
    standing: true,
  }),
);

const two: Case[] = [
  {
    name: "image, then scale",
    seed: [web()],
    steps: ["set image deployment/web web=registry.example/web:2", "scale deployment/web --replicas=2"],
    same: { on: "deployment/web", merge: { spec: { replicas: 3 } }, path: ["spec", "replicas"], value: 3 },
    other: OTHER,
  },
  {
    name: "scale, then image",
    seed: [web()],
    steps: ["scale deployment/web --replicas=2", "set image deployment/web web=registry.example/web:2"],
    same: { on: "deployment/web", merge: { spec: { replicas: 3 } }, path: ["spec", "replicas"], value: 3 },
    other: OTHER,
  },
  {
    name: "the same label twice",
    seed: [web()],
    steps: ["label deployment/web team=b --overwrite", "label deployment/web team=c --overwrite"],
    same: {
      on: "deployment/web",
      merge: { metadata: { labels: { team: "hotfix" } } },
      path: ["metadata", "labels", "team"],
      value: "hotfix",
    },
    other: OTHER,
  },
  {
    name: "variable, then restart",
    seed: [web()],
    steps: ["set env deployment/web B=2", "rollout restart deployment/web"],
    other: OTHER,
  },
  {
    name: "label, then image of another",
    seed: [web(), api()],
    steps: ["label deployment/web tier=b", "set image deployment/api api=registry.example/api:2"],
    other: OTHER,
  },
].map((one): Case => ({ verb: "two steps", ...one }) as Case);

/** The first step is done, and the second one fails. */
const fails: Case[] = [
  {
    name: "an image that never comes up, waited for",
    verb: "fails half-way",
    seed: [web()],
    steps: [
      "set image deployment/web web=registry.example/web:broken",
      "rollout status deployment/web --timeout=1s",
    ],
    other: OTHER,
  },
];

/** Cases that switch, make, take away, or do several of these. */
export const LIFECYCLE: readonly Case[] = [
  ...rolled,
  ...nodes,
  ...made,
  ...deleted,
  ...unlisted,
  ...two,
  ...fails,
];
