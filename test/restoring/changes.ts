import {
  api,
  budget,
  type Case,
  cron,
  type Hotfix,
  ingress,
  map,
  OTHER,
  scaler,
  service,
  web,
  workload,
} from "./case.ts";

const IMAGE = ["spec", "template", "spec", "containers", 0, "image"] as const;
const image = (tag: string): Hotfix => ({
  on: "deployment/web",
  merge: {
    spec: {
      template: {
        spec: {
          containers: [
            {
              name: "web",
              image: `registry.example/web:${tag}`,
              env: [{ name: "A", value: "1" }],
              resources: { limits: { memory: "64Mi" } },
            },
          ],
        },
      },
    },
  },
  path: IMAGE,
  value: `registry.example/web:${tag}`,
});
const replicas = (count: number, on = "deployment/web"): Hotfix => ({
  on,
  merge: { spec: { replicas: count } },
  path: ["spec", "replicas"],
  value: count,
});
const label = (name: string, value: string): Hotfix => ({
  on: "deployment/web",
  merge: { metadata: { labels: { [name]: value } } },
  path: ["metadata", "labels", name],
  value,
});
const note = (name: string, value: string, on = "deployment/web"): Hotfix => ({
  on,
  merge: { metadata: { annotations: { [name]: value } } },
  path: ["metadata", "annotations", name],
  value,
});
const key = (name: string, value: string): Hotfix => ({
  on: "configmap/settings",
  merge: { data: { [name]: value } },
  path: ["data", name],
  value,
});
/** The list as a whole, since a merge patch knows no items. */
const env = (value: string, name = "A"): Hotfix => ({
  on: "deployment/web",
  merge: {
    spec: {
      template: {
        spec: {
          containers: [
            {
              name: "web",
              image: "registry.example/web:1",
              env: [{ name, value }],
              resources: { limits: { memory: "64Mi" } },
            },
          ],
        },
      },
    },
  },
  path: ["spec", "template", "spec", "containers", 0, "env", 0, "value"],
  value,
});

const WEB2 = web({ image: "registry.example/web:2" });
const base = { seed: [web()], other: OTHER } as const;

const applied: Case[] = [
  {
    name: "apply changes the image, with last-applied",
    seededBy: "apply",
    files: { a: [WEB2] },
    same: image("hotfix"),
  },
  { name: "apply changes the image, without last-applied", files: { a: [WEB2] }, same: image("hotfix") },
  {
    name: "apply changes the count",
    seededBy: "apply",
    files: { a: [web({ replicas: 2 })] },
    same: replicas(3),
  },
  {
    name: "apply changes the count, without last-applied",
    files: { a: [web({ replicas: 2 })] },
    same: replicas(3),
  },
  {
    name: "apply adds a variable",
    seededBy: "apply",
    files: {
      a: [
        web({
          env: [
            { name: "A", value: "1" },
            { name: "B", value: "2" },
          ],
        }),
      ],
    },
    same: env("9", "B"),
  },
  { name: "apply removes a variable", seededBy: "apply", files: { a: [web({ env: [] })] }, same: env("9") },
  {
    name: "apply changes a variable",
    seededBy: "apply",
    files: { a: [web({ env: [{ name: "A", value: "2" }] })] },
    same: env("9"),
  },
  {
    name: "apply adds a label and an annotation",
    files: { a: [web({ labels: { tier: "b" }, notes: { why: "x" } })] },
    same: label("tier", "hotfix"),
  },
  {
    name: "apply removes a label",
    seed: [web({ labels: { tier: "b" } })],
    seededBy: "apply",
    files: { a: [web()] },
    same: label("tier", "hotfix"),
  },
  {
    name: "apply adds a container",
    seededBy: "apply",
    files: { a: [web({ more: [{ name: "side", image: "registry.example/side:1" }] })] },
    same: image("hotfix"),
  },
  {
    name: "apply of two objects",
    seed: [web(), map({ A: "1" })],
    seededBy: "apply",
    files: { a: [WEB2, map({ A: "2" })] },
    same: key("A", "9"),
  },
  {
    name: "apply of one there and one that is new",
    seed: [map({ A: "1" })],
    files: { a: [map({ A: "2" }), service()] },
    same: key("A", "9"),
    other: key("Z", "ben"),
  },
  {
    name: "apply changes a config map's key",
    seed: [map({ A: "1", B: "2" })],
    seededBy: "apply",
    files: { a: [map({ A: "2", B: "2" })] },
    same: key("A", "9"),
    other: key("Z", "ben"),
  },
  {
    name: "apply adds one key and removes another",
    seed: [map({ A: "1", B: "2" })],
    seededBy: "apply",
    files: { a: [map({ A: "1", C: "3" })] },
    same: key("C", "9"),
    other: key("Z", "ben"),
  },
  {
    name: "apply changes a service's port",
    seed: [service()],
    files: { a: [service(81)] },
    other: note("oncall", "ben", "service/web"),
  },
  {
    name: "apply changes an autoscaler",
    seed: [web(), scaler()],
    files: { a: [scaler(6)] },
    same: { on: "hpa/web", merge: { spec: { maxReplicas: 9 } }, path: ["spec", "maxReplicas"], value: 9 },
  },
  {
    name: "apply changes a cron job",
    seed: [cron()],
    files: { a: [cron("0 4 * * *")] },
    same: {
      on: "cronjob/nightly",
      merge: { spec: { schedule: "0 5 * * *" } },
      path: ["spec", "schedule"],
      value: "0 5 * * *",
    },
    other: note("oncall", "ben", "cronjob/nightly"),
  },
].map((one): Case => ({ ...base, steps: ["apply -f a.yaml"], verb: "apply", ...one }) as Case);

const patch = (on: string, type: string, value: object) =>
  `patch ${on} --type=${type} -p ${JSON.stringify(value)}`;
const patched: Case[] = [
  {
    name: "strategic patch of an image",
    steps: [
      patch("deployment/web", "strategic", {
        spec: { template: { spec: { containers: [{ name: "web", image: "registry.example/web:2" }] } } },
      }),
    ],
    same: image("hotfix"),
  },
  {
    name: "strategic patch adds a variable",
    steps: [
      patch("deployment/web", "strategic", {
        spec: { template: { spec: { containers: [{ name: "web", env: [{ name: "B", value: "2" }] }] } } },
      }),
    ],
    same: env("9", "B"),
  },
  {
    name: "merge patch of the count",
    steps: [patch("deployment/web", "merge", { spec: { replicas: 2 } })],
    same: replicas(3),
  },
  {
    name: "merge patch removes an annotation",
    steps: [patch("deployment/web", "merge", { metadata: { annotations: { owner: null } } })],
    same: note("owner", "hotfix"),
  },
  {
    name: "merge patch of a config map",
    seed: [map({ A: "1" })],
    steps: [patch("configmap/settings", "merge", { data: { A: "2" } })],
    same: key("A", "9"),
    other: key("Z", "ben"),
  },
  {
    name: "JSON patch replaces an image",
    steps: [
      patch("deployment/web", "json", [
        { op: "replace", path: `/${IMAGE.join("/")}`, value: "registry.example/web:2" },
      ]),
    ],
    same: image("hotfix"),
  },
  {
    name: "JSON patch adds a label",
    steps: [patch("deployment/web", "json", [{ op: "add", path: "/metadata/labels/tier", value: "b" }])],
    same: label("tier", "hotfix"),
  },
  {
    name: "JSON patch removes a label",
    steps: [patch("deployment/web", "json", [{ op: "remove", path: "/metadata/labels/team" }])],
    same: label("team", "hotfix"),
  },
  {
    name: "patch of a disruption budget",
    seed: [budget()],
    steps: [patch("pdb/web", "merge", { spec: { minAvailable: 2 } })],
    same: { on: "pdb/web", merge: { spec: { minAvailable: 9 } }, path: ["spec", "minAvailable"], value: 9 },
    other: note("oncall", "ben", "pdb/web"),
  },
  {
    name: "patch of an ingress",
    seed: [ingress()],
    steps: [patch("ingress/web", "merge", { spec: { rules: [{ host: "b.example" }] } })],
    other: note("oncall", "ben", "ingress/web"),
  },
  {
    name: "patch of a cron job's switch",
    seed: [cron()],
    steps: [patch("cronjob/nightly", "merge", { spec: { suspend: true } })],
    same: {
      on: "cronjob/nightly",
      merge: { spec: { suspend: false } },
      path: ["spec", "suspend"],
      value: false,
    },
    other: note("oncall", "ben", "cronjob/nightly"),
  },
].map((one): Case => ({ ...base, verb: "patch", ...one }) as Case);

const replaced: Case[] = [
  { name: "replace of a deployment", files: { a: [WEB2] }, same: image("hotfix") },
  {
    name: "replace of a deployment without its count",
    seed: [web({ replicas: 2 })],
    files: { a: [web({ replicas: 1, image: "registry.example/web:2" })] },
    same: replicas(3),
  },
  {
    name: "replace of a config map",
    seed: [map({ A: "1", B: "2" })],
    files: { a: [map({ C: "3" })] },
    same: key("C", "9"),
    other: key("Z", "ben"),
  },
].map((one): Case => ({ ...base, steps: ["replace -f a.yaml"], verb: "replace", ...one }) as Case);

const side = { name: "side", image: "registry.example/side:1" };
const set: Case[] = [
  {
    name: "set image",
    steps: ["set image deployment/web web=registry.example/web:2"],
    same: image("hotfix"),
  },
  {
    name: "set image of all containers",
    seed: [web({ more: [side] })],
    steps: ["set image deployment/web *=registry.example/web:2"],
  },
  {
    name: "set image of two deployments",
    seed: [web({ more: [{ ...side, name: "api" }] }), api()],
    steps: ["set image deployment/web deployment/api api=registry.example/api:2"],
  },
  {
    name: "set image of a daemon set",
    seed: [workload("DaemonSet")],
    steps: ["set image daemonset/agent api=registry.example/api:2"],
    other: note("oncall", "ben", "daemonset/agent"),
  },
  { name: "set env adds", steps: ["set env deployment/web B=2"], same: env("9", "B") },
  { name: "set env changes", steps: ["set env deployment/web A=2"], same: env("9") },
  { name: "set env removes", steps: ["set env deployment/web A-"], same: env("9") },
  { name: "set resources", steps: ["set resources deployment/web --limits=memory=128Mi --requests=cpu=10m"] },
  {
    name: "set serviceaccount",
    steps: ["set serviceaccount deployment/web runner"],
    same: {
      on: "deployment/web",
      merge: { spec: { template: { spec: { serviceAccountName: "hotfix" } } } },
      path: ["spec", "template", "spec", "serviceAccountName"],
      value: "hotfix",
    },
  },
  {
    name: "set selector",
    seed: [service()],
    steps: ["set selector service/web app=other"],
    same: {
      on: "service/web",
      merge: { spec: { selector: { app: "hotfix" } } },
      path: ["spec", "selector", "app"],
      value: "hotfix",
    },
    other: note("oncall", "ben", "service/web"),
  },
].map((one): Case => ({ ...base, verb: "set", ...one }) as Case);

const scaled: Case[] = [
  { name: "scale", steps: ["scale deployment/web --replicas=2"], same: replicas(3) },
  { name: "scale to zero", steps: ["scale deployment/web --replicas=0"], same: replicas(3) },
  {
    name: "scale of two with other counts",
    seed: [web(), api(2)],
    steps: ["scale deployment/web deployment/api --replicas=3"],
    same: replicas(4),
  },
  {
    name: "scale of a stateful set",
    seed: [workload("StatefulSet")],
    steps: ["scale statefulset/db --replicas=2"],
    same: replicas(3, "statefulset/db"),
    other: note("oncall", "ben", "statefulset/db"),
  },
].map((one): Case => ({ ...base, verb: "scale", ...one }) as Case);

const marked: Case[] = [
  { name: "label adds", steps: ["label deployment/web tier=b"], same: label("tier", "hotfix") },
  {
    name: "label changes",
    steps: ["label deployment/web team=b --overwrite"],
    same: label("team", "hotfix"),
  },
  { name: "label removes", steps: ["label deployment/web team-"], same: label("team", "hotfix") },
  {
    name: "label of two objects",
    seed: [web(), map({ A: "1" })],
    steps: ["label deployment/web configmap/settings tier=b"],
    same: label("tier", "hotfix"),
  },
  { name: "annotate adds", steps: ["annotate deployment/web why=x"], same: note("why", "hotfix") },
  {
    name: "annotate changes",
    steps: ["annotate deployment/web owner=ben --overwrite"],
    same: note("owner", "hotfix"),
  },
  { name: "annotate removes", steps: ["annotate deployment/web owner-"], same: note("owner", "hotfix") },
  {
    name: "annotate removes the last annotation of an object",
    seed: [{ ...map({ A: "1" }), metadata: { name: "settings", annotations: { why: "x" } } }],
    steps: ["annotate configmap/settings why-"],
    other: key("Z", "ben"),
    same: note("why", "hotfix", "configmap/settings"),
  },
  {
    name: "the first label and annotation of an object",
    seed: [map({ A: "1" })],
    steps: ["annotate configmap/settings why=x"],
    other: key("Z", "ben"),
    same: note("why", "hotfix", "configmap/settings"),
  },
].map(
  (one): Case => ({ ...base, verb: one.name.startsWith("label") ? "label" : "annotate", ...one }) as Case,
);

/** Cases that change what is there. */
export const CHANGES: readonly Case[] = [...applied, ...patched, ...replaced, ...set, ...scaled, ...marked];
