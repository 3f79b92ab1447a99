import assert from "node:assert/strict";
import { test } from "node:test";
import type { Preview } from "#change/preview.ts";
import { restingOn, unlessMadeBefore } from "#execution/previews/resting-on.ts";
import { aStep } from "#test/support/changes.ts";

const makes = (step: number, name: string, more: Partial<Preview> = {}): Preview => ({
  ...{ step, isBeforeChange: step > 1, facts: [], omitted: 0, risk: "low", reasons: [] },
  rows: [{ target: `ConfigMap/${name}`, action: "create", before: null, after: "1 key" }],
  shows: ["created"],
  ...more,
});

const step = {
  ...aStep("apply -f app.yaml -n staging"),
  rollback: { tool: "kubectl" as const, args: "delete cm app -n staging".split(" "), dir: "" },
};

test("a step that comes after others is looked at again too", () => {
  assert.deepEqual(restingOn([makes(1, "one"), makes(2, "app"), { ...makes(3, "x"), shows: [] }]), [
    { step: 1, shows: ["created"] },
    { step: 2, shows: ["created"] },
  ]);
});

test("what an earlier step may make too counts as made by nobody", () => {
  assert.deepEqual(unlessMadeBefore(makes(2, "app"), step, [makes(1, "one")]).shows, ["created"]);
  assert.deepEqual(unlessMadeBefore(makes(2, "app"), step, [makes(1, "app")]).shows, []);
  assert.deepEqual(unlessMadeBefore(makes(2, "app"), step, [makes(1, "one", { omitted: 1 })]).shows, []);
});

test("one that only replaces what is there is left as it is", () => {
  const preview = makes(2, "app", { shows: ["finished"] });
  assert.deepEqual(unlessMadeBefore(preview, { ...step, rollback: null }, [makes(1, "app")]), preview);
});
