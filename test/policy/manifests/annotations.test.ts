import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { judge } from "#policy/judge.ts";
import { isWeighty } from "#policy/manifests/annotations.ts";
import { parsePolicy } from "#policy/read-policy.ts";

const parsed = parsePolicy("version: 1\nenvironments: { staging: { namespaces: [staging] } }");
assert.ok(parsed.ok);
const { policy } = parsed;

const weighty = [
  "vault.hashicorp.com/agent-inject",
  "vault.hashicorp.com/agent-inject-secret-db",
  "vault.security.banzaicloud.io/vault-addr",
  "operator.1password.io/inject",
  "sidecar.istio.io/inject",
  "istio.io/dataplane-mode",
  "traffic.sidecar.istio.io/excludeOutboundPorts",
  "proxy.istio.io/config",
  "istio-injection",
  "linkerd.io/inject",
  "config.linkerd.io/proxy-image",
  "consul.hashicorp.com/connect-inject",
  "kuma.io/sidecar-injection",
  "dapr.io/enabled",
  "k8s.v1.cni.cncf.io/networks",
  "v1.multus-cni.io/default-network",
  "policy.cilium.io/proxy-visibility",
  "io.cilium.proxy-visibility",
  "cni.projectcalico.org/ipAddrs",
  "k8s.ovn.org/pod-networks",
  "azure.workload.identity/use",
  "azure.workload.identity/client-id",
  "aadpodidbinding",
  "eks.amazonaws.com/role-arn",
  "iam.amazonaws.com/role",
  "vpc.amazonaws.com/pod-eni",
  "iam.gke.io/gcp-service-account",
  "io.kubernetes.cri-o.Devices",
  "io.kubernetes.cri-o.userns-mode",
  "cdi.k8s.io/gpu",
  "io.katacontainers.config.hypervisor.path",
  "container.apparmor.security.beta.kubernetes.io/app",
  "seccomp.security.alpha.kubernetes.io/pod",
  "nginx.ingress.kubernetes.io/configuration-snippet",
  "nginx.org/server-snippets",
  "kubernetes.io/ingress.class",
  "external-dns.alpha.kubernetes.io/hostname",
  "service.beta.kubernetes.io/aws-load-balancer-internal",
  "cert-manager.io/cluster-issuer",
  "instrumentation.opentelemetry.io/inject-java",
  "admission.datadoghq.com/enabled",
  "injector.tumblr.com/request",
  "pre.hook.backup.velero.io/command",
  "keel.sh/policy",
  "downscaler/force-downtime",
  "example.com/inject-ca",
  "VAULT.hashicorp.com/agent-inject",
];
const notes = [
  "app",
  "team",
  "version",
  "app.kubernetes.io/name",
  "app.kubernetes.io/managed-by",
  "helm.sh/chart",
  "kubernetes.io/change-cause",
  "kubectl.kubernetes.io/restartedAt",
  "kubectl.kubernetes.io/default-container",
  "deployment.kubernetes.io/revision",
  "prometheus.io/scrape",
  "prometheus.io/port",
  "checksum/config",
  "description",
  "cluster-autoscaler.kubernetes.io/safe-to-evict",
  "tags.datadoghq.com/env",
  "example.com/owner",
  "pod-template-hash",
  "project",
];

for (const key of weighty) test(`${key} is for a person to see`, () => assert.ok(isWeighty(key)));
for (const key of notes) test(`${key} is a note`, () => assert.ok(!isWeighty(key)));

function rankOf(line: string, files: Record<string, string> | null = null): string {
  const args = line.split(" ");
  const texts = files === null ? null : new Map(Object.entries(files));
  const verdict = judge({ tool: "kubectl", args, dir: "" }, policy, texts);
  return verdict.decision === "deny" ? "refused" : verdict.risk;
}

describe("wherever they are set", () => {
  const key = "linkerd.io/inject";
  const spec = (meta: string) =>
    `spec: {template: {metadata: {${meta}}, spec: {containers: [{name: a, image: nginx}]}}}`;
  const web = (own: string, pod: string) =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, ${own}}\n${spec(pod)}\n`;
  const base = { "k/web.yaml": web("labels: {a: b}", "labels: {a: b}") };
  const built = (keys: string) => ({ ...base, "k/kustomization.yaml": `resources: [web.yaml]\n${keys}\n` });
  const lines: [rank: string, line: string, files?: Record<string, string>][] = [
    ["high", `annotate deploy web ${key}=enabled`],
    ["high", `annotate deploy web team=a ${key}-`],
    ["high", `label pods web ${key}=enabled`],
    ["high", `label deploy web azure.workload.identity/use=true`],
    ["medium", "label pods web tier=back"],
    ["medium", "annotate pods web team=a"],
    ["high", `patch deploy web -p {"metadata":{"labels":{"${key}":"enabled"}}}`],
    ["high", `patch deploy web -p {"spec":{"template":{"metadata":{"annotations":{"${key}":"enabled"}}}}}`],
    [
      "high",
      'patch deploy web --type=json -p [{"op":"add","path":"/metadata/labels/linkerd.io~1inject","value":"enabled"}]',
    ],
    [
      "high",
      'patch deploy web --type=json -p [{"op":"remove","path":"/spec/template/metadata/annotations/linkerd.io~1inject"}]',
    ],
    [
      "medium",
      'patch deploy web -p {"spec":{"template":{"spec":{"containers":[{"name":"a","resources":{"limits":{"nvidia.com/gpu":1}}}]}}}}',
    ],
    ["high", "apply -f a.yaml", { "a.yaml": web(`annotations: {${key}: enabled}`, "labels: {a: b}") }],
    ["high", "apply -f a.yaml", { "a.yaml": web(`labels: {${key}: enabled}`, "labels: {a: b}") }],
    ["high", "apply -f a.yaml", { "a.yaml": web("labels: {a: b}", `annotations: {${key}: enabled}`) }],
    ["high", "apply -f a.yaml", { "a.yaml": web("labels: {a: b}", `labels: {${key}: enabled}`) }],
    ["medium", "apply -f a.yaml", { "a.yaml": web("labels: {a: b}", "labels: {a: b}") }],
    ["high", "apply -k k", built(`commonAnnotations: {${key}: enabled}`)],
    ["high", "apply -k k", built(`commonLabels: {${key}: enabled}`)],
    ["high", "apply -k k", built(`labels: [{pairs: {${key}: enabled}, includeTemplates: true}]`)],
    ["high", "apply -k k", built(`generatorOptions: {labels: {${key}: enabled}}`)],
    ["high", "apply -k k", built(`patches: [{patch: '{metadata: {labels: {${key}: on}}}'}]`)],
    ["medium", "apply -k k", built("commonLabels: {team: a}\nlabels: [{pairs: {app: web}}]")],
    ["low", "kustomize k", built("commonLabels: {team: a}\nlabels: [{pairs: {app: web}}]")],
  ];
  for (const [rank, line, files] of lines) {
    test(`${rank}: ${line} ${Object.values(files ?? {})
      .join(" ")
      .replace(/\n/g, " ")
      .slice(0, 120)}`, () => assert.equal(rankOf(line, files ?? null), rank));
  }
});
