import assert from "node:assert/strict";
import { test } from "node:test";
import { type PreviewedStep, previewKubectl } from "#execution/previews/kubectl.ts";
import type { LookResult } from "#execution/previews/look.ts";
import { readKubectl } from "#policy/kubectl/line.ts";
import { createRedact } from "#redact/redact.ts";
import { aStep } from "#test/support/changes.ts";

function web(marks: { labels?: object; annotations?: object } = {}): object {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop", ...marks },
    spec: { replicas: 5, template: {} },
  };
}

function scaler(minReplicas: number, maxReplicas: number, name = "web"): object {
  const scaleTargetRef = { kind: "Deployment", name };
  return {
    kind: "HorizontalPodAutoscaler",
    metadata: { name: `${name}-hpa`, namespace: "shop" },
    spec: { minReplicas, maxReplicas, scaleTargetRef },
  };
}

/** Previews a line with what there is; `may`: what `auth can-i` answers. */
async function preview(
  line: string,
  now: object,
  {
    scalers = [],
    may = { ok: true, stdout: "yes\n" },
    isBefore = false,
  }: {
    scalers?: object[] | null;
    may?: LookResult;
    isBefore?: boolean;
  } = {},
): Promise<{ seen: PreviewedStep; looks: string[] }> {
  const step = aStep(`${line} -n shop --context=live`);
  const read = readKubectl(step.args);
  assert.ok(read.ok, JSON.stringify(read));
  const looks: string[] = [];
  const look = async (asked: readonly string[]): Promise<LookResult> => {
    looks.push(asked.join(" "));
    if (asked[0] === "auth") return may;
    if (asked[1] !== "horizontalpodautoscalers") return { ok: true, stdout: JSON.stringify(now) };
    if (scalers === null) return { ok: false, problem: "Forbidden" };
    return { ok: true, stdout: JSON.stringify({ kind: "List", items: scalers }) };
  };
  const seen = await previewKubectl(step, read.line, isBefore, look, createRedact([]));
  return { seen, looks };
}

async function factsOf(...args: Parameters<typeof preview>): Promise<string> {
  const { seen } = await preview(...args);
  assert.ok(seen.ok, JSON.stringify(seen));
  return seen.preview.facts.join("\n");
}

test("a scale tells of the autoscaler whose range leaves the count out, or that sets it", async () => {
  const scalers = [scaler(4, 10), scaler(1, 2, "other")];
  const told = (count: number) => factsOf(`scale deployment/web --replicas=${count}`, web(), { scalers });
  assert.match(await told(2), /web-hpa keeps Deployment\/web between 4 and 10 replicas, so 2 will not stand/);
  assert.match(await told(30), /so 30 will not stand/);
  assert.match(await told(6), /may set another count than 6/);
  assert.match(await told(0), /leaves Deployment\/web alone while it has 0 replicas/);
  assert.doesNotMatch(await told(6), /other-hpa/);
});

test("no autoscaler is looked for where no count changes, and one that cannot be seen is told", async () => {
  for (const line of ["scale deployment/web --replicas=5", "label deployment web a=b"]) {
    const { looks } = await preview(line, web());
    assert.ok(!looks.some((look) => look.includes("autoscalers")), looks.join("\n"));
  }
  const line = "scale deployment/web --replicas=6";
  assert.match(
    await factsOf(line, web(), { scalers: null }),
    /Whether an autoscaler sets the count could not/,
  );
  const { looks } = await preview(line, web());
  assert.ok(
    looks.includes("get horizontalpodautoscalers --context=live --namespace=shop -o json"),
    looks.join("\n"),
  );
});

test("who keeps an object by a repository or a chart is told, and who only writes its labels is not", async () => {
  const told = (labels: object, annotations: object = {}) =>
    factsOf("rollout restart deployment/web", web({ labels, annotations }));
  assert.match(
    await told({}, { "argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/web" }),
    /Deployment\/web is kept by Argo CD \(application shop\)/,
  );
  assert.match(await told({ "kustomize.toolkit.fluxcd.io/name": "apps" }), /Flux \(kustomization apps\)/);
  const helm = { "app.kubernetes.io/managed-by": "Helm" };
  const release = { "meta.helm.sh/release-name": "shop" };
  assert.match(await told(helm, release), /kept by Helm \(release shop\)/);
  assert.match(
    await told({ ...helm, "helm.toolkit.fluxcd.io/name": "r" }, release),
    /Flux \(Helm release r\)/,
  );
  assert.doesNotMatch(await told({ "app.kubernetes.io/instance": "shop" }), /kept by/);
  assert.doesNotMatch(await told(helm), /kept by/);
});

test("what has no dry run is asked about before the card, and a no ends the plan", async () => {
  const no = {
    ok: false,
    problem: "kubectl ended with exit code 1",
    answer: "no - no RBAC policy matched\n",
  } as const;
  const { seen, looks } = await preview("rollout restart deployment/web", web(), { may: no });
  assert.ok(!seen.ok);
  assert.match(
    seen.reason,
    /Forbidden: the user of the context live may not patch deployments\/web in the namespace shop/,
  );
  assert.ok(
    looks.includes("auth can-i patch deployments/web --context=live --namespace=shop"),
    looks.join("\n"),
  );
  for (const asked of looks) assert.ok(readKubectl(asked.split(" ")).ok, asked);
  const after = await preview("rollout pause deployment/web", web(), { may: no, isBefore: true });
  assert.ok(after.seen.ok);
  assert.equal(after.seen.preview.risk, "high");
});

test("a server that does not say who may do what refuses nothing", async () => {
  const broken = {
    ok: false,
    problem: "the server could not find the requested resource",
    answer: "",
  } as const;
  const { seen } = await preview("rollout restart deployment/web", web(), { may: broken });
  assert.ok(seen.ok, JSON.stringify(seen));
});
