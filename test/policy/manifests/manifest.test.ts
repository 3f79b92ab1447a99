import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Risk } from "#change/plan.ts";
import { judge } from "#policy/judge.ts";
import { readManifest } from "#policy/manifests/manifest.ts";
import { parsePolicy } from "#policy/read-policy.ts";
import type { Verdict } from "#policy/verdict.ts";

const parsed = parsePolicy(
  "version: 1\nenvironments: {production: {namespaces: [production]}, staging: {namespaces: [staging]}}\nregistries: [registry.example.com]",
);
assert.ok(parsed.ok);
const policy = parsed.policy;

function judged(line: string, files: Record<string, string>): Verdict {
  return judge({ tool: "kubectl", args: line.split(" "), dir: "" }, policy, new Map(Object.entries(files)));
}

function rankOf(verdict: Verdict): Risk | "refused" {
  return verdict.decision === "deny" ? "refused" : verdict.risk;
}

const image = "registry.example.com/web:1";
/** A deployment with this in its pod, its container and its metadata. */
function deployment({ pod = "", container = "", metadata = "", spec = "" } = {}): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  ${metadata}
spec:
  ${spec}
  template:
    spec:
      ${pod}
      containers:
        - name: app
          image: ${image}
          ${container}
`;
}
const configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n";
const secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n";

type Case = [rank: Risk | "refused", why: RegExp, what: string, text: string];

const cases: Case[] = [
  ["medium", /applies a manifest/, "a deployment", deployment()],
  ["medium", /ConfigMap c/, "a config map", configMap],
  ["medium", /c/, "two documents", `${configMap}---\n${deployment()}`],
  [
    "medium",
    /c/,
    "JSON with tabs",
    '{\n\t"apiVersion": "v1",\n\t"kind": "ConfigMap",\n\t"metadata": {"name": "c"}\n}',
  ],
  ["medium", /c/, "Windows line ends and a comment", `# web\r\n${configMap.replaceAll("\n", "\r\n")}`],
  ["high", /Secret s/, "a secret", secret],
  ["high", /Secret s/, "a secret behind a config map", `${configMap}--- # next\n${secret}`],
  [
    "high",
    /Secret/,
    "a secret in a list",
    `apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Secret, metadata: {name: s}}]`,
  ],
  [
    "high",
    /Secret/,
    "a secret in its own list, without its kind",
    "apiVersion: v1\nkind: SecretList\nitems: [{apiVersion: v1, metadata: {name: s}}]",
  ],
  [
    "high",
    /ClusterRole/,
    "a role",
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}",
  ],
  ["high", /Deployment/, "a stranger's deployment", deployment().replace("apps/v1", "example.com/v1")],
  [
    "high",
    /deployment web/,
    "a kind in lower case",
    deployment().replace("kind: Deployment", "kind: deployment"),
  ],
  ["high", /Widget/, "an unknown kind", "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}"],
  ["refused", /no kind/, "no kind", "apiVersion: v1\nmetadata: {name: w}"],
  ["refused", /no kind/, "a kind that is a number", "apiVersion: v1\nkind: 5\nmetadata: {name: w}"],
  [
    "refused",
    /no plain list/,
    "a config map with items",
    `${configMap}items: [{apiVersion: v1, kind: Secret}]\n`,
  ],
  ["refused", /duplicate|unique/i, "a key twice", `${configMap}kind: Secret\n`],
  ["refused", /"---"/, "text behind a mark", `${configMap}--- {kind: Secret}\n`],
  [
    "refused",
    /"---"/,
    "a document hidden in a text",
    `${configMap}---hide: |\n  apiVersion: v1\n  kind: Secret\n`,
  ],
  ["refused", /multiple documents/, "a document behind an end", `${configMap}...\n${secret}`],
  ["refused", /tag/, "a tag", `${configMap.replace("ConfigMap", "!!str ConfigMap")}`],
  ["refused", /tag/, "a tag of JavaScript", `${configMap}x: !!js/function 'y'\n`],
  ["refused", /no text/, "a key that is no text", `${configMap}? [a]\n: b\n`],
  ["refused", /directive/, "a directive", `%YAML 1.2\n---\n${configMap}`],
  ["refused", /odd characters/, "a lone carriage return", "kind: ConfigMap\rkind: Secret\n"],
  ["refused", /odd characters/, "a line separator", "kind: ConfigMap\u2028kind: Secret\n"],
  ["refused", /odd characters/, "a NUL", "kind: Config\0Map\n"],
  ["refused", /cannot be unfolded/, "an alias of nothing", "kind: *a\n"],
  ["refused", /more than 50 aliases/, "many aliases", `${configMap}x: &x 1\nz: [${"*x, ".repeat(51)}]\n`],
  ["refused", /brackets/, "many brackets", `x: ${"[".repeat(200)}${"]".repeat(200)}\n`],
  ["refused", /no mapping/, "a list", "- kind: ConfigMap\n"],
  ["refused", /no object/, "nothing", "# nothing\n---\n"],
  ["refused", /larger than/, "more than 1 MB", `${configMap}# ${"x".repeat(1_000_000)}`],
  ["refused", /cannot be judged/, "no YAML", "kind: [ConfigMap\n"],
  [
    "high",
    /hostNetwork/,
    "a privilege that is merged in",
    `x: &x {hostNetwork: yes}\n${deployment({ pod: "<<: *x" })}`,
  ],
  ["high", /web: its pod has hostNetwork/, "the host's network", deployment({ pod: "hostNetwork: on" })],
  ["medium", /web/, "not the host's network", deployment({ pod: "hostNetwork: off" })],
  ["high", /hostPID/, "the host's processes", deployment({ pod: "hostPID: true" })],
  ["high", /volumes/, "the host's files", deployment({ pod: "volumes: [{name: v, hostPath: {path: /}}]" })],
  [
    "medium",
    /web/,
    "plain volumes",
    deployment({ pod: "volumes: [{name: v, emptyDir: {}}, {name: c, configMap: {name: c}}]" }),
  ],
  ["high", /serviceAccountName/, "an identity", deployment({ pod: "serviceAccountName: admin" })],
  ["high", /nodeName/, "a node", deployment({ pod: "nodeName: node-1" })],
  [
    "high",
    /tolerations/,
    "a toleration of everything",
    deployment({ pod: "tolerations: [{operator: Exists}]" }),
  ],
  [
    "high",
    /tolerations/,
    "the control plane",
    deployment({ pod: "tolerations: [{key: node-role.kubernetes.io/control-plane}]" }),
  ],
  [
    "medium",
    /web/,
    "a plain toleration",
    deployment({ pod: "tolerations: [{key: spot, operator: Exists}]" }),
  ],
  [
    "high",
    /priorityClassName/,
    "the system's priority",
    deployment({ pod: "priorityClassName: system-node-critical" }),
  ],
  ["high", /newField/, "a field that is not on the list", deployment({ pod: "newField: 1" })],
  ["high", /securityContext/, "root", deployment({ pod: "securityContext: {runAsUser: 0}" })],
  [
    "medium",
    /web/,
    "a tight pod",
    deployment({ pod: "securityContext: {runAsNonRoot: true, runAsUser: 1000}" }),
  ],
  [
    "high",
    /container "app" has securityContext/,
    "a privileged container",
    deployment({ container: "securityContext: {privileged: y}" }),
  ],
  [
    "high",
    /securityContext/,
    "more capabilities",
    deployment({ container: "securityContext: {capabilities: {add: [SYS_ADMIN]}}" }),
  ],
  [
    "medium",
    /web/,
    "fewer capabilities",
    deployment({
      container: "securityContext: {capabilities: {drop: [ALL]}, allowPrivilegeEscalation: false}",
    }),
  ],
  [
    "high",
    /securityContext/,
    "unmasked /proc",
    deployment({ container: "securityContext: {procMount: Unmasked}" }),
  ],
  [
    "high",
    /ports/,
    "the host's port",
    deployment({ container: "ports: [{containerPort: 80, hostPort: 80}]" }),
  ],
  [
    "high",
    /volumeMounts/,
    "mounts that reach the host",
    deployment({ container: "volumeMounts: [{name: v, mountPath: /v, mountPropagation: Bidirectional}]" }),
  ],
  ["high", /no list/, "containers that are no list", deployment({ pod: "initContainers: {}" })],
  ["high", /elsewhere/, "an image from elsewhere", deployment().replace(image, "evil.example.com/web")],
  [
    "high",
    /elsewhere/,
    "an init container from elsewhere",
    deployment({ pod: "initContainers: [{name: i, image: x}]" }),
  ],
  ["high", /zero/, "no replicas", deployment({ spec: "replicas: 0" })],
  ["high", /zero/, "no replicas, oddly spelled", deployment({ spec: "replicas: 0x0" })],
  ["high", /zero/, "replicas that are text", deployment({ spec: 'replicas: "0"' })],
  ["medium", /web/, "three replicas", deployment({ spec: "replicas: 3" })],
  ["high", /finalizers/, "finalizers", deployment({ metadata: "finalizers: [a/b]" })],
  ["high", /ownerReferences/, "an owner", deployment({ metadata: "ownerReferences: []" })],
  [
    "high",
    /apparmor/,
    "a loosened profile",
    deployment({ metadata: "annotations: {container.apparmor.security.beta.kubernetes.io/app: unconfined}" }),
  ],
  [
    "high",
    /volumeClaimTemplates/,
    "volumes of its own",
    deployment({ spec: "volumeClaimTemplates: []" }).replace("Deployment", "StatefulSet"),
  ],
  [
    "high",
    /no pod template/,
    "no pod",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {}",
  ],
  [
    "high",
    /no job template/,
    "a cron job without a job",
    "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: d}\nspec: {}",
  ],
  [
    "high",
    /hostIPC/,
    "a cron job on the host",
    "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: d}\nspec: {jobTemplate: {spec: {template: {spec: {hostIPC: true}}}}}",
  ],
  [
    "high",
    /hostIPC/,
    "a pod on the host",
    "apiVersion: v1\nkind: Pod\nmetadata: {name: d}\nspec: {hostIPC: true}",
  ],
  [
    "medium",
    /web/,
    "an autoscaler",
    "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec: {minReplicas: 1, maxReplicas: 3}",
  ],
  [
    "high",
    /minReplicas/,
    "an autoscaler to nothing",
    "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec: {minReplicas: 0, maxReplicas: 3}",
  ],
  [
    "high",
    /protected namespace/,
    "a protected namespace",
    configMap.replace("name: c", "name: c, namespace: kube-system"),
  ],
];

describe("a manifest is judged by what it holds", () => {
  for (const [rank, why, what, text] of cases) {
    test(`${what} is ${rank}`, () => {
      const verdict = judged("apply -f m.yaml", { "m.yaml": text });
      assert.equal(rankOf(verdict), rank, JSON.stringify(verdict));
      assert.match([...verdict.reasons, ...(readKinds(text) ?? [])].join("; "), why);
    });
  }

  test("a thousand laughs are not laughed", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let at = 1; at < 12; at += 1)
      lines.push(`a${at}: &a${at} [${`*a${at - 1}, `.repeat(9)}*a${at - 1}]`);
    const start = performance.now();
    assert.match(judged("apply -f m.yaml", { "m.yaml": lines.join("\n") }).reasons.join(), /unfolded/);
    // Unfolded they are a hundred thousand million: that never ends.
    assert.ok(performance.now() - start < 10_000);
  });

  test("many keys take time for each, not for each pair", () => {
    const keys = (count: number) =>
      ["apiVersion: v1", "kind: A", ...Array.from({ length: count }, (_, at) => `k${at}: v`)].join("\n");
    const time = (text: string) => {
      const start = performance.now();
      assert.ok(readManifest(text).ok);
      return performance.now() - start;
    };
    const few = Math.min(...[1, 2, 3].map(() => time(keys(2_500))));
    const many = Math.min(...[1, 2].map(() => time(keys(20_000))));
    // Eight times as many: 8 when each is looked at once, 64 when each is held against all others.
    assert.ok(many < 32 * few, `${few} ms and ${many} ms`);
  });

  test("whatever is applied counts, dry runs and reads apart", () => {
    const files = { "m.yaml": secret, "d.yaml": deployment() };
    assert.equal(rankOf(judged("apply -f m.yaml --dry-run=server", files)), "low");
    assert.equal(rankOf(judged("diff -f m.yaml", files)), "low");
    assert.match(judged("get -f m.yaml -o yaml", files).reasons.join(), /secret data/);
    assert.match(judged("apply -f d.yaml -f m.yaml -o json", files).reasons.join(), /secret data/);
    assert.equal(rankOf(judged("label -f m.yaml a=b", files)), "high");
    assert.equal(rankOf(judged("label -f d.yaml a=b", files)), "medium");
    assert.equal(rankOf(judged("delete -f d.yaml", files)), "high");
  });
});

function readKinds(text: string): string[] | null {
  const read = readManifest(text);
  return read.ok ? read.objects.map(({ kind, name }) => `${kind} ${name}`) : null;
}

describe("files are those that were handed in", () => {
  const files = {
    "app/a.yaml": configMap,
    "app/b.json": '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"j"}}',
    "app/notes.txt": "not: [yaml",
    "app/deep/s.yaml": secret,
    "other/s.yaml": secret,
    "patch.yaml": "spec: {replicas: 0}",
  };
  const lines: [rank: Risk | "refused", line: string][] = [
    ["medium", "apply -f app"],
    ["high", "apply -f app -R"],
    ["medium", "apply -f app -R=false"],
    // A patch has no kind, and kubectl would print what it cannot decode.
    ["refused", "apply -f ."],
    ["medium", "apply -f app/*.yaml"],
    ["medium", "apply -f app/?.*"],
    ["high", "apply -f app/*/s.yaml"],
    ["high", "apply -f app/a.yaml,other/s.yaml"],
    ["refused", "apply -f nothing.yaml"],
    ["refused", "apply -f app/x*.yaml"],
    ["refused", "apply -f app/notes.txt"],
    ["high", "create configmap c --from-file=app/notes.txt --from-file=d=app"],
    ["refused", "create configmap c --from-file=nothing.txt"],
    ["high", "patch deploy/x --patch-file=patch.yaml"],
    ["refused", "patch deploy/x --patch-file=nothing.yaml"],
  ];
  for (const [rank, line] of lines) {
    test(`"${line}" is ${rank}`, () => {
      assert.equal(rankOf(judged(line, files)), rank, JSON.stringify(judged(line, files)));
    });
  }

  const at = (namespace: string) => configMap.replace("name: c", `name: c, namespace: ${namespace}`);
  const places: [environment: string | null, line: string, text: string][] = [
    ["staging", "apply -f m.yaml", at("staging")],
    ["staging", "apply -f m.yaml -n staging", configMap],
    [null, "apply -f m.yaml -n production", at("staging")],
    [null, "apply -f m.yaml", `${at("staging")}---\n${at("production")}`],
    [null, "apply -f m.yaml", `${at("staging")}---\n${configMap}`],
    [null, "apply -f m.yaml -n staging", "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: v}"],
    ["staging", "apply -f m.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: staging}"],
  ];
  for (const [index, [environment, line, text]] of places.entries()) {
    test(`place ${index}: "${line}" is in ${environment ?? "no environment"}`, () => {
      const verdict = judged(line, { "m.yaml": text });
      assert.ok(verdict.decision === "allow", JSON.stringify(verdict));
      assert.equal(verdict.environment, environment);
    });
  }
});

test("a manifest in another encoding is refused: kubectl would read words that we do not see", () => {
  const utf16 = Buffer.from("\ufeffkind: Secret", "utf16le").toString("utf8");
  assert.equal(readManifest(utf16).ok, false);
  assert.equal(readManifest("kind: ConfigMap\nmetadata: { name: \ufffd }\n").ok, false);
});
