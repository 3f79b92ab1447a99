import assert from "node:assert/strict";
import { test } from "node:test";
import type { Preview, PreviewRow } from "#change/preview.ts";
import { titleOf } from "#change/titles/title.ts";
import { aPlan, aStep } from "#test/support/changes.ts";

const look = (rows: PreviewRow[], omitted = 0): Preview => ({
  ...{ step: 1, isBeforeChange: false, facts: [], risk: "low", reasons: [] },
  ...{ rows, omitted },
});
const row = (target: string, before: string | null, after: string | null): PreviewRow => ({
  ...{ target, before, after },
  action: "update",
});
const IMAGE = "spec.template.spec.containers.web.image";

const cases: [title: string, lines: string[], rows: PreviewRow[], omitted?: number][] = [
  ["Scale web 3 → 5", ["scale deploy/web --replicas=5"], [row("Deployment/web spec.replicas", "3", "5")]],
  ["Scale web to 5", ["scale deploy/web --replicas=5"], []],
  // Not all that the step does was seen, or it does more than its words say.
  ["Scale web to 5", ["scale deploy/web --replicas=5"], [row("Deployment/web spec.replicas", "3", "5")], 1],
  ["Scale web to 5", ["scale deploy/web --replicas=5"], [row("Deployment/api spec.replicas", "3", "5")]],
  [
    "Set web image 1.0 → 1.1",
    ["set image sts/web web=r/web:1.1"],
    [row(`StatefulSet/web ${IMAGE}`, "r/web:1.0", "r/web:1.1")],
  ],
  [
    "Set web image r/web:1.0 → s/web:1.0",
    ["set image deploy/web web=s/web:1.0"],
    [row(`Deployment/web ${IMAGE}`, "r/web:1.0", "s/web:1.0")],
  ],
  [
    "Set web image r/web → r/web@sha256:ab",
    ["set image deploy/web web=r/web@sha256:ab"],
    [row(`Deployment/web ${IMAGE}`, "r/web", "r/web@sha256:ab")],
  ],
  [
    "Scale web to 5 + 1 more step",
    ["scale deploy/web --replicas=5", "get pods", "rollout restart deploy/api"],
    [],
  ],
  ["Delete deployment web + 1 more step", ["scale deploy/web --replicas=5", "delete deployment web"], []],
  ["Scale web to 5", ["scale deploy/web --replicas=5", "rollout status deploy/web"], []],
  ["Look at pods + 1 more step", ["get pods", "get nodes"], []],
];

for (const [title, lines, rows, omitted] of cases) {
  test(`what a change does, in few words: ${title}, of ${lines.join("; ")}`, () => {
    const plan = aPlan(lines.map((line) => aStep(line)).map((step, index) => ({ ...step, step: index + 1 })));
    assert.equal(titleOf({ plan, stepRisks: [], previews: [look(rows, omitted)] }), title);
  });
}

test("of a terraform plan it counts the resources, each once", () => {
  const step = { ...aStep("get x"), tool: "terraform" as const, args: ["apply", "x.tfplan"], dir: "network" };
  const rows: PreviewRow[] = [
    { target: "a.gone", action: "destroy", before: null, after: null },
    { target: "a.other", action: "replace", before: null, after: null },
    row("a.other zone", "a", "b, forces replacement"),
    row("a.size x", "1", "2"),
    row("a.size y", "1", "2"),
    { target: "a.new", action: "create", before: null, after: null },
    row("a.new name", null, "n"),
  ];
  const title = titleOf({ plan: aPlan([step]), stepRisks: [], previews: [look(rows)] });
  assert.equal(title, "Apply network: destroy 1, replace 1, change 1, create 1");
});

test("while there is no plan it is nothing", () => {
  assert.equal(titleOf({ plan: null, stepRisks: [], previews: [] }), null);
});
