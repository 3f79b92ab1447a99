import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { judge } from "#policy/judge.ts";
import { parsePolicy } from "#policy/read-policy.ts";
import type { Verdict } from "#policy/verdict.ts";

const parsed = parsePolicy(
  "version: 1\nenvironments: {staging: {namespaces: [staging]}}\nregistries: [registry.example.com]",
);
assert.ok(parsed.ok);
const policy = parsed.policy;

const base = {
  "base/kustomization.yaml": "resources: [app.yaml]\n",
  "base/app.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
  "base/secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n",
  "base/values.env": "A=b\n",
  "patches/zero.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 0}\n",
  "patches/three.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n",
};

function judged(text: string, line = "apply -k over", more: Record<string, string> = {}): Verdict {
  const files = new Map(Object.entries({ ...base, "over/kustomization.yaml": text, ...more }));
  return judge({ tool: "kubectl", args: line.split(" "), dir: "" }, policy, files);
}

const start = "resources: [../base]\n";
const DEPLOYMENT =
  "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: w, image: registry.example.com/w}]}}}\n";
const cases: [rank: string, why: RegExp, text: string][] = [
  ["medium", /applies/, start],
  ["medium", /applies/, "bases: [../base]\nnamePrefix: x-\ncommonLabels: {a: b}\nlabels: []\n"],
  ["high", /Secret s/, `${start}components: [../base2]\n`],
  ["high", /Secret s/, "resources: [../base, ../base/secret.yaml]\n"],
  ["high", /makes secrets/, `${start}secretGenerator: [{name: s, literals: [a=b]}]\n`],
  [
    "medium",
    /applies/,
    `${start}configMapGenerator: [{name: g, files: [k=../base/values.env], envs: [../base/values.env]}]\n`,
  ],
  [
    "refused",
    /which is not in the workspace/,
    `${start}configMapGenerator: [{name: g, files: [/etc/passwd]}]\n`,
  ],
  ["refused", /which is not in the workspace/, `${start}configMapGenerator: [{name: g, env: nothing.env}]\n`],
  ["refused", /no list of paths/, `${start}configMapGenerator: [{name: g, files: [5]}]\n`],
  ["refused", /no kustomization/, "resources: [nothing.yaml]\n"],
  ["refused", /not in the workspace/, "resources: ['https://example.com/a.yaml']\n"],
  ["refused", /not in the workspace/, "resources: [github.com/x/y]\n"],
  ["refused", /not in the workspace/, "resources: ['../base?ref=main']\n"],
  ["refused", /not in the workspace/, "resources: [git@example.com:x/y]\n"],
  ["refused", /not in the workspace/, "components: [../../outside]\n"],
  ["refused", /not in the workspace/, "resources: [{a: b}]\n"],
  ["refused", /no list/, "resources: ../base\n"],
  ["refused", /helmCharts is not on the list/, `${start}helmCharts: [{name: x}]\n`],
  ["refused", /transformers is not/, `${start}transformers: [x.yaml]\n`],
  ["refused", /generators is not/, `${start}generators: [x.yaml]\n`],
  ["refused", /validators is not/, `${start}validators: [x.yaml]\n`],
  ["refused", /generatorOptions.kind is not/, `${start}generatorOptions: {kind: x}\n`],
  ["medium", /applies/, `${start}generatorOptions: {disableNameSuffixHash: true}\n`],
  ["medium", /applies/, `${start}images: [{name: nginx, newName: registry.example.com/x, newTag: '2'}]\n`],
  ["high", /elsewhere/, `${start}images: [{name: registry.example.com/x, newName: evil.example.com/x}]\n`],
  ["medium", /applies/, `${start}replicas: [{name: web, count: 2}]\n`],
  ["high", /zero/, `${start}replicas: [{name: web, count: 0}]\n`],
  ["medium", /applies/, `${start}patches: [{path: ../patches/three.yaml}]\n`],
  ["high", /replicas with 0/, `${start}patches: [{path: ../patches/zero.yaml}]\n`],
  ["high", /replicas with 0/, `${start}patchesStrategicMerge: [../patches/zero.yaml]\n`],
  [
    "medium",
    /applies/,
    `${start}patches: [{target: {kind: Deployment}, patch: '[{op: replace, path: /spec/replicas, value: 2}]'}]\n`,
  ],
  [
    "high",
    /hostNetwork/,
    `${start}patches: [{patch: '[{op: add, path: /spec/template/spec/hostNetwork, value: true}]'}]\n`,
  ],
  ["high", /options/, `${start}patches: [{patch: '{}', options: {allowKindChange: true}}]\n`],
  ["refused", /not in the workspace/, `${start}patches: [{path: /etc/passwd}]\n`],
  [
    "high",
    /its labels have fields/,
    `${start}labels: [{pairs: {serviceAccountName: admin}, fields: [{path: spec/template/spec, create: true}]}]\n`,
  ],
  [
    "medium",
    /applies/,
    `${start}labels: [{pairs: {a: b}, includeSelectors: true, includeTemplates: true}]\n`,
  ],
  ["high", /an identity/, `${start}commonAnnotations: {iam.amazonaws.com/role: admin}\n`],
  [
    "high",
    /kube-system is a protected/,
    `${start}configMapGenerator: [{name: coredns, namespace: kube-system, literals: [a=b]}]\n`,
  ],
  ["medium", /applies/, "configMapGenerator: [{name: g, literals: [a=b]}]\n"],
  ["refused", /neither/, `${start}patches: [{target: {kind: Deployment}}]\n`],
  [
    "high",
    /replace of \/kind/,
    `${start}patches: [{patch: '[{op: replace, path: /kind, value: ClusterRole}]'}]\n`,
  ],
  [
    "high",
    /loosen/,
    `${start}commonAnnotations: {container.apparmor.security.beta.kubernetes.io/a: unconfined}\n`,
  ],
  ["medium", /applies/, `${start}commonAnnotations: {a: b}\n`],
  ["high", /nobody reads/, `${start}replacements: [{path: r.yaml}]\n`],
  ["refused", /plain name/, `${start}namespace: [staging]\n`],
  ["refused", /unique/, `${start}resources: []\n`],
  // kustomize matches the names within an entry in any case (measured, 5.5).
  [
    "refused",
    /NewName is not on the list/,
    `${start}images: [{name: registry.example.com/x, NewName: evil.example.com/x}]\n`,
  ],
  ["refused", /NEWTAG is not/, `${start}images: [{name: registry.example.com/x, NEWTAG: '2'}]\n`],
  ["refused", /Count is not/, `${start}replicas: [{name: web, count: 3, Count: 0}]\n`],
  ["refused", /Files is not/, `${start}configMapGenerator: [{name: g, Files: [.env]}]\n`],
  ["refused", /ENVS is not/, `${start}configMapGenerator: [{name: g, ENVS: [.env]}]\n`],
  ["refused", /Namespace is not/, `${start}configMapGenerator: [{name: g, Namespace: kube-system}]\n`],
  ["refused", /is no mapping/, `${start}images: [nginx]\n`],
  ["refused", /is no mapping/, `${start}configMapGenerator: [[]]\n`],
  [
    "high",
    /an identity/,
    `${start}configMapGenerator: [{name: g, literals: [a=b], options: {annotations: {vault.hashicorp.com/agent-inject: 'true'}}}]\n`,
  ],
  [
    "refused",
    /options.Labels is not/,
    `${start}configMapGenerator: [{name: g, literals: [a=b], options: {Labels: {a: b}}}]\n`,
  ],
  [
    "medium",
    /applies/,
    `${start}configMapGenerator: [{name: g, behavior: merge, namespace: staging, literals: [a=b], options: {disableNameSuffixHash: true, labels: {a: b}}}]\n`,
  ],
  ["medium", /applies/, `${start}images: [{name: registry.example.com/x, newTag: '2', digest: sha256:aa}]\n`],
  ["refused", /no object/, "resources: []\n"],
  ["high", /protected/, `${start}namespace: kube-system\n`],
];

describe("a kustomization is judged by what it builds", () => {
  const base2 = {
    "base2/kustomization.yml": "kind: Component\nresources: [../base/secret.yaml]\n",
  };
  for (const [rank, why, text] of cases) {
    test(`${JSON.stringify(text)} is ${rank}`, () => {
      const verdict = judged(text, "apply -k over", base2);
      assert.equal(verdict.decision === "deny" ? "refused" : verdict.risk, rank, JSON.stringify(verdict));
      assert.match(verdict.reasons.join("; "), why);
    });
  }

  test("its reads are every directory and file it leads to", () => {
    const verdict = judged(
      `${start}patches: [{path: ../patches/three.yaml}]\nconfigMapGenerator: [{name: g, files: [../base/values.env]}]\n`,
    );
    assert.ok(verdict.decision === "allow");
    assert.deepEqual(
      verdict.reads.map(({ path, kind }) => `${kind} ${path}`),
      ["tree over", "tree base", "file base/app.yaml", "file patches/three.yaml", "file base/values.env"],
    );
  });

  test("its namespace is where everything goes", () => {
    const verdict = judged(`namespace: staging\n${start}`);
    assert.ok(verdict.decision === "allow");
    assert.equal(verdict.environment, "staging");
    const other = judged(`namespace: elsewhere\n${start}`, "apply -n staging -k over");
    assert.ok(other.decision === "allow");
    assert.equal(other.environment, null);
  });

  test("a circle ends, and so does a long way", () => {
    const circle = { "a/kustomization.yaml": "resources: [../over]\n" };
    assert.match(judged("resources: [../a]\n", "apply -k over", circle).reasons.join(), /back to itself/);
    const long = Object.fromEntries(
      Array.from({ length: 20 }, (_, at) => [`d${at}/kustomization.yaml`, `resources: [../d${at + 1}]\n`]),
    );
    assert.match(judged("resources: [../d0]\n", "apply -k over", long).reasons.join(), /too many/);
  });

  test("built to be read, it may hold no secret", () => {
    assert.equal(judged(start, "kustomize over").decision, "allow");
    assert.equal(judged("resources: [../base/secret.yaml]\n", "kustomize over").decision, "deny");
  });

  test("two kustomizations in one directory are none", () => {
    const two = { "over/kustomization.yml": start };
    assert.match(judged(start, "apply -k over", two).reasons.join(), /more than one/);
  });
});

test("what two overlays take is judged in both of their namespaces", () => {
  const verdict = judged("resources: [one, two]\n", "apply -k over", {
    "over/one/kustomization.yaml": "namespace: staging\nresources: [../app]\n",
    "over/two/kustomization.yaml": "namespace: kube-system\nresources: [../app]\n",
    "over/app/kustomization.yaml": "resources: [web.yaml]\n",
    "over/app/web.yaml": DEPLOYMENT,
  });
  assert.ok(verdict.decision === "allow" && verdict.risk === "high", JSON.stringify(verdict));
  assert.match(verdict.reasons.join(), /kube-system is a protected namespace/);
});

test("what a generator makes of secrets is not printed", () => {
  const text = `${start}secretGenerator: [{name: s, envs: [../base/values.env]}]\n`;
  for (const line of ["kustomize over", "apply -k over -o yaml", "apply -k over --dry-run=server -o yaml"]) {
    const verdict = judged(text, line);
    assert.equal(verdict.decision, "deny", line);
    assert.match(verdict.reasons.join(), /would hold secret data/);
  }
});

describe("no annotation turns one kind into another", () => {
  const own = "internal.config.kubernetes.io";
  const pod = (notes: string) =>
    `resources: [cm.yaml]\npatches: [{target: {kind: ConfigMap}, patch: '{apiVersion: v1, kind: Pod, metadata: {name: x, annotations: {${notes}}}}'}]\n`;
  const hidden = {
    "over/cm.yaml":
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\nspec: {hostPID: true, containers: [{name: c, securityContext: {privileged: true}}]}\n",
  };
  // Measured with kubectl 1.32: the first is built as a privileged pod.
  const notes = [
    `${own}/allowKindChange: enabled`,
    `${own}/allowNameChange: enabled`,
    `"${own}\\/allowKindChange": enabled`,
    `"\\u0069nternal.config.kubernetes.io/allowKindChange": enabled`,
    `a: b, ${own}/previousKinds: Pod`,
    "kustomize.config.k8s.io/behavior: replace",
    "kustomize.config.k8s.io/id: one",
  ];
  for (const one of notes) {
    test(`a patch with ${one} is refused`, () => {
      const verdict = judged(pod(one), "apply -k over", hidden);
      assert.equal(verdict.decision, "deny", JSON.stringify(verdict));
      assert.match(verdict.reasons.join(), /kustomize's own/);
    });
  }

  const elsewhere: [what: string, text: string, more: Record<string, string>][] = [
    [
      "a patch of operations",
      `${start}patches: [{target: {kind: ConfigMap}, patch: '[{op: add, path: /metadata/annotations/internal.config.kubernetes.io~1previousKinds, value: Pod}]'}]\n`,
      {},
    ],
    [
      "an operation's value",
      `${start}patches: [{target: {kind: ConfigMap}, patch: '[{op: add, path: /metadata/annotations, value: {${own}/refBy: a}}]'}]\n`,
      {},
    ],
    [
      "a patch behind something odd",
      `${start}patches: [{patch: '{hostPID: true, metadata: {annotations: {${own}/allowKindChange: enabled}}}'}]\n`,
      {},
    ],
    [
      "a patch in a file",
      `${start}patches: [{path: p.yaml}]\n`,
      {
        "over/p.yaml": `kind: Pod\napiVersion: v1\nmetadata: {name: x, annotations: {${own}/allowKindChange: enabled}}\n`,
      },
    ],
    [
      "a resource",
      "resources: [cm.yaml]\n",
      {
        "over/cm.yaml": `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, annotations: {${own}/previousKinds: Pod}}\n`,
      },
    ],
    ["common annotations", `${start}commonAnnotations: {${own}/allowKindChange: enabled}\n`, {}],
    ["labels", `${start}labels: [{pairs: {${own}/allowKindChange: enabled}}]\n`, {}],
    [
      "a generator's options",
      `configMapGenerator: [{name: g, literals: [a=b], options: {annotations: {${own}/allowKindChange: enabled}}}]\n`,
      {},
    ],
  ];
  for (const [what, text, more] of elsewhere) {
    test(`${what} with one is refused`, () => {
      const verdict = judged(text, "apply -k over", more);
      assert.equal(verdict.decision, "deny", JSON.stringify(verdict));
      assert.match(verdict.reasons.join(), /kustomize's own/);
    });
  }

  test("an object with fields that its kind has not is for a person, in either way to apply", () => {
    for (const line of ["apply -k over", "apply -f over/cm.yaml"]) {
      const verdict = judged("resources: [cm.yaml]\n", line, hidden);
      assert.equal(verdict.decision === "allow" && verdict.risk, "high", line);
      assert.match(verdict.reasons.join(), /has spec, which no ConfigMap has/);
    }
  });

  test("what tools note of where an object comes from stays harmless", () => {
    const verdict = judged("resources: [cm.yaml]\n", "apply -k over", {
      "over/cm.yaml":
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, annotations: {config.kubernetes.io/origin: a}}\ndata: {a: b}\nimmutable: true\n",
    });
    assert.equal(verdict.decision === "allow" && verdict.risk, "medium", JSON.stringify(verdict));
  });
});

test("comparing an overlay and building it stay low, whatever the overlay sets", () => {
  const text = `${start}replicas: [{name: web, count: 0}]\npatches: [{path: ../patches/zero.yaml}]\nimages: [{name: x, newName: evil.example.com/x}]\n`;
  for (const line of ["diff -k over", "kustomize over", "get -k over"]) {
    const verdict = judged(text, line);
    assert.equal(verdict.decision === "allow" && verdict.risk, "low", `${line}: ${JSON.stringify(verdict)}`);
  }
  assert.equal(judged(`${start}transformers: [x.yaml]\n`, "diff -k over").decision, "deny");
});
