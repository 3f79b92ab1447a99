import assert from "node:assert/strict";
import { test } from "node:test";
import { type PreviewedStep, previewKubectl } from "#execution/previews/kubectl.ts";
import { readKubectl } from "#policy/kubectl/line.ts";
import { createRedact } from "#redact/redact.ts";
import { aStep } from "#test/support/changes.ts";

const REVISION = "deployment.kubernetes.io/revision";

function deployment(image: string, more: object = {}): object {
  const labels = { app: "web" };
  return {
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop", uid: "u1", annotations: { [REVISION]: "3" } },
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "app", image }] } },
      ...more,
    },
  };
}

function replicaSet(revision: number, image: string, uid = "u1"): object {
  return {
    kind: "ReplicaSet",
    metadata: {
      name: `web-${revision}`,
      annotations: { [REVISION]: String(revision) },
      ownerReferences: [{ kind: "Deployment", name: "web", uid }],
    },
    spec: {
      template: {
        metadata: { labels: { app: "web", "pod-template-hash": `h${revision}` } },
        spec: { containers: [{ name: "app", image }] },
      },
    },
  };
}

const node = (more: object = {}) => ({ kind: "Node", metadata: { name: "n1" }, spec: { ...more } });

/** Previews a line: what `get` of the target, of replica sets, and anything else prints. */
async function preview(
  line: string,
  now: object[],
  { sets = [], printed = "" }: { sets?: object[]; printed?: string } = {},
): Promise<{ seen: PreviewedStep; looks: string[] }> {
  const step = aStep(line);
  const read = readKubectl(step.args);
  assert.ok(read.ok, JSON.stringify(read));
  const looks: string[] = [];
  const look = async (asked: readonly string[]) => {
    looks.push(asked.join(" "));
    const list = (items: object[]) => JSON.stringify({ kind: "List", items });
    if (asked[0] !== "get") return { ok: true, stdout: printed } as const;
    return { ok: true, stdout: list(asked[1] === "replicasets" ? sets : now) } as const;
  };
  const seen = await previewKubectl(step, read.line, false, look, createRedact([]));
  return { seen, looks };
}

async function rowsOf(...args: Parameters<typeof preview>): Promise<string[]> {
  const { seen } = await preview(...args);
  assert.ok(seen.ok, JSON.stringify(seen));
  return seen.preview.rows.map(
    ({ target, action, before, after }) => `${action} ${target}: ${before} -> ${after}`,
  );
}

test("an undo shows the image that comes back, and of which revision", async () => {
  const sets = [
    replicaSet(2, "web:1"),
    replicaSet(3, "web:2"),
    replicaSet(1, "web:0"),
    replicaSet(9, "x", "u2"),
  ];
  const { seen, looks } = await preview("rollout undo deployment/web -n shop", [deployment("web:2")], {
    sets,
  });
  assert.ok(seen.ok);
  assert.match(seen.preview.facts.join("\n"), /Deployment\/web goes back to revision 2: image web:1/);
  assert.deepEqual(
    seen.preview.rows.map(({ target, before, after }) => [target, before, after]),
    [["Deployment/web spec.template.spec.containers.app.image", "web:2", "web:1"]],
  );
  assert.ok(looks.includes("get replicasets --selector=app=web --namespace=shop -o json"), looks.join("\n"));
  const to = await rowsOf("rollout undo deployment/web --to-revision=1 -n shop", [deployment("web:2")], {
    sets,
  });
  assert.match(to.join(), /web:2 -> web:0/);
});

test("an undo to what runs already changes nothing, and one that cannot be seen is not that", async () => {
  const same = await preview("rollout undo deployment/web --to-revision=3", [deployment("web:2")], {
    sets: [replicaSet(3, "web:2")],
    printed: "deployment.apps/web skipped rollback (current template already matches revision 3)\n",
  });
  assert.ok(same.seen.ok);
  assert.equal(same.seen.preview.changesNothing, true);
  const unseen = await preview("rollout undo deployment/web", [deployment("web:2")]);
  assert.ok(unseen.seen.ok);
  assert.equal(unseen.seen.preview.changesNothing, undefined);
  assert.match(unseen.seen.preview.facts.join("\n"), /could not be seen/);
});

test("pause, resume, cordon and uncordon show their switch, or that it is there already", async () => {
  const paused = deployment("web:1", { paused: true });
  for (const [line, now, row] of [
    ["rollout pause deployment/web", deployment("web:1"), "update Deployment/web spec.paused: null -> true"],
    ["rollout resume deployment/web", paused, "update Deployment/web spec.paused: true -> null"],
    ["cordon n1", node(), "update Node/n1 spec.unschedulable: null -> true"],
    ["uncordon n1", node({ unschedulable: true }), "update Node/n1 spec.unschedulable: true -> null"],
  ] as const)
    assert.deepEqual(await rowsOf(line, [now]), [row], line);
  for (const [line, now] of [
    ["rollout pause deployment/web", paused],
    ["rollout resume deployment/web", deployment("web:1")],
    ["cordon n1", node({ unschedulable: true })],
    ["uncordon n1", node()],
  ] as const) {
    const { seen } = await preview(line, [now]);
    assert.ok(seen.ok);
    assert.deepEqual([seen.preview.rows, seen.preview.changesNothing], [[], true], line);
  }
});

test("a drain says that it cordons, and names the pods that its dry run would evict", async () => {
  const printed =
    "node/n1 cordoned (server dry run)\nevicting pod shop/web-1 (server dry run)\nevicting pod kube/dns (server dry run)\nnode/n1 drained (server dry run)\n";
  const { seen } = await preview("drain n1 --ignore-daemonsets", [node()], { printed });
  assert.ok(seen.ok);
  assert.deepEqual(
    seen.preview.rows.map(({ target, action }) => [target, action]),
    [
      ["Node/n1 spec.unschedulable", "update"],
      ["Pod/web-1 in shop", "destroy"],
      ["Pod/dns in kube", "destroy"],
    ],
  );
});

test("what matches nothing ends the plan and says what was looked for", async () => {
  for (const [line, sought] of [
    ["delete pods -l app=nope -n shop", "pods with --selector=app=nope in the namespace shop"],
    ["rollout restart deployment -n shop", "deployments in the namespace shop"],
  ] as const) {
    const { seen, looks } = await preview(line, []);
    assert.ok(!seen.ok);
    assert.ok(seen.reason.includes(`Nothing matches: there are no ${sought}`), seen.reason);
    assert.equal(looks.length, 1, "it was asked for a dry run too");
  }
});

test("what is made is told with images, counts, ports and data, redacted", async () => {
  const password = "kX93hsPqv7Lm2zR4";
  const made = [
    {
      kind: "Deployment",
      metadata: { name: "web" },
      spec: {
        replicas: 2,
        template: {
          spec: {
            containers: [
              {
                name: "a",
                image: "web:1",
                ports: [{ containerPort: 80 }],
                env: [{ name: "PASSWORD", value: password }],
              },
            ],
          },
        },
      },
    },
    { kind: "Service", metadata: { name: "web" }, spec: { ports: [{ port: 80, targetPort: "http" }] } },
    { kind: "ConfigMap", metadata: { name: "web" }, data: { DB_PASSWORD: password, LEVEL: "info" } },
    { kind: "Secret", metadata: { name: "web" }, data: { key: "c2VjcmV0IHZhbHVl" } },
  ];
  const printed = JSON.stringify({ kind: "List", items: made });
  const { seen } = await preview("apply -f x.yaml", [], { printed });
  assert.ok(seen.ok, JSON.stringify(seen));
  const told = seen.preview.rows
    .filter(({ after }) => after !== null)
    .map(({ target, before, after }) => `${target}: ${before ?? "nothing"} → ${after}`);
  assert.deepEqual(told, [
    "Deployment/web replicas: nothing → 2",
    "Deployment/web image: nothing → web:1",
    "Deployment/web port: nothing → 80",
    "Service/web port: nothing → 80 → http",
    "ConfigMap/web data.DB_PASSWORD: nothing → [redacted]",
    "ConfigMap/web data.LEVEL: nothing → info",
    "Secret/web data.key: nothing → [a secret's value]",
  ]);
  assert.ok(!JSON.stringify(seen.preview).includes(password));
});

test("a network policy and rights that open everything say so, before all else", async () => {
  const spec = {
    podSelector: {},
    policyTypes: ["Ingress", "Egress"],
    ingress: [{}],
    egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }],
  };
  const made = [
    { kind: "ConfigMap", metadata: { name: "a" }, data: { LEVEL: "info" } },
    { kind: "NetworkPolicy", metadata: { name: "open" }, spec },
    {
      kind: "NetworkPolicy",
      metadata: { name: "shut" },
      spec: {
        podSelector: { matchLabels: { app: "db" } },
        ingress: [
          {
            from: [{ podSelector: { matchLabels: { app: "web" } } }, { namespaceSelector: {} }],
            ports: [{ port: 5432 }],
          },
        ],
      },
    },
    {
      kind: "ClusterRole",
      metadata: { name: "all" },
      rules: [
        { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
        { apiGroups: [""], resources: ["secrets"], verbs: ["get", "list"] },
      ],
    },
    {
      kind: "ClusterRoleBinding",
      metadata: { name: "all" },
      roleRef: { kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ kind: "ServiceAccount", namespace: "ci", name: "bot" }],
    },
  ];
  const { seen } = await preview("apply -f x.yaml", [], {
    printed: JSON.stringify({ kind: "List", items: made }),
  });
  assert.ok(seen.ok, JSON.stringify(seen));
  assert.deepEqual(
    seen.preview.rows.filter(({ after }) => after !== null).map(({ target, after }) => `${target}: ${after}`),
    [
      "NetworkPolicy/open holds for: every pod of the namespace",
      "NetworkPolicy/open lets in: from: anyone, every port",
      "NetworkPolicy/open lets out: to: everywhere (0.0.0.0/0), every port",
      "NetworkPolicy/shut holds for: pods of the namespace with app=db",
      "NetworkPolicy/shut lets in: from: pods of the namespace with app=web; every pod of every namespace, port 5432",
      "ClusterRole/all may: do everything on everything of every API",
      "ClusterRole/all may: get, list on secrets",
      "ClusterRoleBinding/all gives: ClusterRole/cluster-admin to ServiceAccount ci/bot",
      "ConfigMap/a data.LEVEL: info",
    ],
  );
});
