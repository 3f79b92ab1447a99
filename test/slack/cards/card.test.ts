import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Change } from "#change/change.ts";
import type { StepRecord } from "#change/journal.ts";
import type { PreviewRow } from "#change/preview.ts";
import { stepWords } from "#change/titles/step-words.ts";
import { titleOf } from "#change/titles/title.ts";
import { checkBlocks } from "#playground/slack/blocks.ts";
import { renderCard } from "#slack/cards/card.ts";
import { planPages } from "#slack/cards/plan-pages.ts";
import { stepStateLine } from "#slack/cards/verdict-message.ts";
import { createRichKinds, kindsRefused } from "#slack/text/rich-kinds.ts";
import { headlineWords, stateLine } from "#slack/text/states.ts";
import { stepStatesOf } from "#slack/text/step-states.ts";
import { approvedIn } from "#test/support/approved.ts";
import { aChange, aPlan, aQuestion, aRecord, aStep } from "#test/support/changes.ts";
import { theTerms } from "#test/support/stages.ts";

const SCALE = "scale deployment/payment-api --replicas=5 -n production";
const BACK = "scale deployment/payment-api --replicas=3 -n production";

describe("the card", () => {
  it("says first what it is and how risky, then whom it waits for, who asked, why risky, how, and the id last", () => {
    for (const takes of [() => true, () => false]) {
      const text = JSON.stringify(card(waiting(), [], takes));
      const order = [
        headlineWords(waiting()),
        '"user_id":"U2"',
        '"timestamp":1795406400',
        '"user_id":"U1"',
        "scale payment-api to 5 replicas in production",
        "step 1: changes how many replicas run",
        "kubectl scale deployment/payment-api --replicas=5 -n production",
        "kubectl scale deployment/payment-api --replicas=3 -n production",
        "`01890000`",
        "greenlight:approve",
      ];
      const places = order.map((part) => text.indexOf(part));
      assert.deepEqual(
        places,
        places.toSorted((one, other) => one - other),
        JSON.stringify(places),
      );
      assert.ok(!places.includes(-1), JSON.stringify(places));
      assert.doesNotMatch(text.replaceAll(/"value":"[^"]*"/g, ""), /01890000-/, "the short id alone");
    }
  });

  it("says that a plan was refused and is made anew, while this revision is planned", () => {
    const refusedPlan = { revision: 2, times: 1, reason: "not found" };
    const planning = aChange({ status: "planning", revision: 2, refusedPlan });
    assert.match(stateLine(planning, []), /anew.*refused/);
    for (const other of [
      { ...planning, revision: 3 },
      { ...planning, status: "waiting" as const },
    ])
      assert.doesNotMatch(stateLine(other, []), /refused/);
  });

  it("says each fact once", () => {
    const said = JSON.stringify(card(waiting(), [], () => true).filter(({ type }) => type !== "actions"));
    assert.equal(said.split("3 → 5").length, 2);
    assert.equal(said.split("--replicas=5").length, 2);
  });

  it("tells high risk from medium by a sign and capitals, before all else", () => {
    const [high, medium, low] = (["high", "medium", "low"] as const).map((risk) => {
      const [first] = card({ ...waiting(), risk }, [], () => true);
      return first?.type === "header" ? first.text.text : "";
    });
    assert.match(high ?? "", /^⚠ HIGH/u);
    for (const other of [medium, low]) assert.doesNotMatch(other ?? "", /⚠|HIGH/u);
    assert.match(medium ?? "", /^medium/iu);
    assert.match(low ?? "", /^low/iu);
  });

  it("says of itself one state at a time: what is approved does not wait", () => {
    const yes = aQuestion({ answer: "approve", by: { kind: "slack", teamId: "T1", userId: "U2" } });
    const text = JSON.stringify(card({ ...waiting(), decisions: [yes] }, [], () => true));
    assert.match(text, /Approved by/);
    assert.doesNotMatch(text, /Waiting/);
  });

  it("says that it is frozen until when and why, and offers no Approve", () => {
    const frozen = { ...FREEZE, from: AT, until: new Date("2026-11-24T03:00:00Z") };
    const change = waiting();
    assert.ok(change.terms !== null);
    const held = { ...change, terms: { ...change.terms, freezes: [frozen], frozen } };
    const text = JSON.stringify(card(held, [], () => true));
    assert.match(text, /Frozen until.*"timestamp":1795489200.*The big sale/);
    assert.doesNotMatch(text, /Waiting|"greenlight:approve"/);
    assert.match(text, /"greenlight:reject"/);
  });

  it("folds to a title, what it came to, who asked and who decided once it has ended", () => {
    const yes = aQuestion({ answer: "approve", by: { kind: "slack", teamId: "T1", userId: "U2" } });
    const change: Change = {
      ...{ ...waiting(), status: "done", decisions: [yes], endedAt: AT },
      review: { result: "approved", notes: `${"Five pods are ready. ".repeat(40)}` },
    };
    const blocks = card(change, [aRecord({})], () => true);
    assert.deepEqual(
      blocks.map(({ type }) => type),
      ["header", "rich_text", "rich_text", "context", "actions"],
    );
    const text = JSON.stringify(blocks);
    assert.match(text, /Done.*Five pods are ready.*"U1".*asked.*Approved by <@U2>/);
    assert.doesNotMatch(text, /kubectl/);
    assert.ok(text.length < 2_000, String(text.length));
  });

  it("shows before and after in a table, the commands folded when they are long, and the steps as tasks", () => {
    const many = aPlan(Array.from({ length: 4 }, (_, at) => aStep(`${SCALE} --timeout=${at}s`, BACK)));
    const change: Change = {
      ...{ ...waiting(), plan: many, status: "running" },
      stepRisks: ["low", "low", "low", "low"],
    };
    const steps = [aRecord({}), aRecord({ step: 2, outcome: "unknown", finishedAt: null })];
    const blocks = card(change, steps, () => true);
    assert.deepEqual(checkBlocks(blocks, "message", "/blocks"), []);
    const folded = blocks.find(({ type }) => type === "container");
    assert.equal(folded?.type === "container" && folded.default_collapsed, true);
    const plan = blocks.find(({ type }) => type === "plan");
    const tasks = plan?.type === "plan" ? JSON.stringify(plan.tasks) : "";
    assert.deepEqual(
      [...tasks.matchAll(/"status":"(\w+)"/g)].map(([, status]) => status),
      ["complete", "error", "pending", "pending"],
    );
    const table = blocks.find(({ type }) => type === "data_table");
    assert.match(JSON.stringify(table), /"3".*"5"/);
  });

  it("says the same in classic blocks alone", () => {
    const blocks = card({ ...waiting(), status: "running" }, [aRecord({ outcome: "running" })], () => false);
    const classic = new Set(["header", "rich_text", "context", "actions"]);
    assert.deepEqual(
      blocks.filter(({ type }) => !classic.has(type)),
      [],
    );
    const text = JSON.stringify(blocks);
    for (const part of ["Scale payment-api 3 → 5", `1. ${stepWords(aStep(SCALE))}: running`])
      assert.ok(text.includes(part), part);
  });

  it("loses no row that its table has no room for: it stands with its step", () => {
    const rows = Array.from({ length: 60 }, (_, at) => row(`ConfigMap/a${at} data.b`));
    const previews = [1, 2].map((step) =>
      look(
        step,
        rows.map((one) => ({ ...one })),
      ),
    );
    const change = { ...waiting(), plan: aPlan([aStep(SCALE), aStep(SCALE)]), previews };
    const text = JSON.stringify([card(change, [], () => true), planPages(change)]);
    for (const at of [0, 59]) assert.ok(text.includes(`ConfigMap/a${at} data.b`), String(at));
  });
});

describe("what a step is called", () => {
  const approved = approvedIn("step-names");
  it("is made from its verb and its target", () => {
    const lines = [
      SCALE,
      "scale deployment payment-api --replicas 5",
      "rollout restart deployment/checkout -n production",
      "rollout undo deployment/checkout",
      "set image deployment/web web=registry/web:2.1 -n staging",
      "delete deployment legacy-report -n production",
      "apply -f manifests/greeter.yaml -n staging",
      "drain node-7 --ignore-daemonsets",
    ];
    const root = { tool: "terraform" as const, args: ["apply", "-input=false"], dir: "network" };
    const named = lines.map((line) => `${line} -> ${stepWords(aStep(line))}`);
    approved("steps", [...named, `terraform apply in network -> ${stepWords(root)}`].join("\n"));
  });

  it("is the command line itself where a word could be a flag's value or a target", () => {
    for (const line of ["delete --strange pod web", "scale --replicas=0", "-n get delete cm x"])
      assert.ok([`kubectl ${line}`, stepWords(aStep("delete cm x"))].includes(stepWords(aStep(line))), line);
    assert.equal(stepWords(aStep("delete --strange pod web")), "kubectl delete --strange pod web");
  });

  it("stands without a state where nothing has become of it yet", () => {
    const [first] = stepStatesOf(waiting(), []).map(stepStateLine);
    assert.doesNotMatch(JSON.stringify(first), /done|running|failed|unknown|not run/);
    const [done] = stepStatesOf({ ...waiting(), status: "done" }, [aRecord({})]).map(stepStateLine);
    assert.match(JSON.stringify(done?.[0]), /\b1\b.*\bdone\b/);
  });

  it("names the first step that changes something, and counts the others", () => {
    const plan = aPlan([
      aStep("get pods -n production"),
      aStep(SCALE),
      aStep("set image deployment/web web=registry/web:2.1"),
    ]);
    const words = titleOf({ plan, stepRisks: [], previews: [] }) ?? "";
    assert.ok(words.startsWith(`${stepWords(aStep(SCALE))} `) && words.includes(" 1 "), words);
    approved("plan", words);
  });
});

describe("which rich blocks a workspace takes", () => {
  it("is remembered by kind and by workspace, for a day", () => {
    let now = 0;
    const kinds = createRichKinds(() => now);
    kinds.refusedIn("T1", ["container"]);
    assert.deepEqual([kinds.takesIn("T1")("container"), kinds.takesIn("T1")("plan")], [false, true]);
    assert.equal(kinds.takesIn("T2")("container"), true);
    now += 25 * 60 * 60_000;
    assert.equal(kinds.takesIn("T1")("container"), true);
  });

  it("is read from the pointers of a refusal, and without any they are all meant", () => {
    const steps = Array.from({ length: 3 }, (_, at) => aStep(`rollout restart deployment/web-${at}`));
    const low = ["low", "low", "low"] as const;
    const blocks = card({ ...waiting(), plan: aPlan(steps), stepRisks: [...low] }, [], () => true);
    const at = blocks.findIndex(({ type }) => type === "container");
    assert.deepEqual(kindsRefused(blocks, `invalid_blocks unsupported [json-pointer:/blocks/${at}/type]`), [
      "container",
    ]);
    assert.deepEqual(kindsRefused(blocks, "invalid_blocks").toSorted(), ["container", "data_table"]);
    assert.deepEqual(kindsRefused(blocks, "invalid_blocks [json-pointer:/blocks/0/text]"), []);
  });
});

const AT = new Date("2026-11-23T03:00:00Z");
const APPROVERS = {
  ...{ environments: ["production"], users: ["U1", "U2"], groups: [], tokens: null },
  escalated: null,
};
const FREEZE = { environments: ["production"], reason: "The big sale" };

function card(change: Change, steps: StepRecord[], takes: () => boolean) {
  return renderCard(change, steps, { pagesStand: true, takes }).blocks;
}

function waiting(): Change {
  return aChange({
    status: "waiting",
    plan: aPlan([aStep(SCALE, BACK)]),
    previews: [look(1, [row("Deployment/payment-api spec.replicas")])],
    decisions: [aQuestion({ expiresAt: new Date("2026-11-23T04:00:00Z") })],
    terms: theTerms({ approvers: [APPROVERS] }),
  });
}

function row(target: string): PreviewRow {
  return { target, action: "update", before: "3", after: "5" };
}

function look(step: number, rows: PreviewRow[]) {
  return { step, isBeforeChange: false, facts: [], rows, omitted: 0, risk: "low" as const, reasons: [] };
}
