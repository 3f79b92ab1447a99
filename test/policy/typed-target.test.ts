import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Preview } from "../../src/change/preview.ts";
import { typedTargetOf } from "../../src/policy/typed-target.ts";
import { aPlan, aStep } from "../support/changes.ts";

describe("what an approver types", () => {
  const of = (line: string, given: Partial<Parameters<typeof typedTargetOf>[0]> = {}) =>
    typedTargetOf({
      risk: "high",
      plan: aPlan([aStep(line)]),
      previews: [],
      environments: ["production"],
      ...given,
    });

  it("is the name of the first thing that is taken away", () => {
    assert.equal(of("delete deployment legacy-report -n production"), "legacy-report");
    assert.equal(of("-n production delete deploy/web svc/web"), "web");
    assert.equal(of("delete ns staging"), "staging");
    assert.equal(of("delete pods -l app=web -n staging"), "staging");
    assert.equal(of("delete pods --all"), "production");
    assert.equal(of("delete -f manifests/web.yaml"), "web.yaml");
    assert.equal(of("replace --force -f manifests/web.yaml"), "web.yaml");
    assert.equal(of(`delete pod ${"x".repeat(200)}`), "production");
    assert.equal(of(`delete pod ${"x".repeat(200)}`, { environments: [] }), "destroy");
  });

  it("is asked for of nothing else", () => {
    assert.equal(of("scale deployment/web --replicas=0 -n production"), null);
    assert.equal(of("-n delete get cm x"), null);
    assert.equal(of("delete pod web --dry-run=server"), null);
    assert.equal(of("delete pod web", { risk: "medium" }), null);
    assert.equal(of("delete pod web", { plan: null }), null);
  });

  it("is a terraform root's name when its plan destroys or replaces, as was seen", () => {
    const step = {
      ...aStep("apply -input=false saved.tfplan"),
      tool: "terraform" as const,
      dir: "infra/network",
    };
    const preview = (action: "destroy" | "replace" | "update"): Preview => ({
      ...{ step: 1, isBeforeChange: false, facts: [], omitted: 0, risk: "high", reasons: [] },
      rows: [{ target: "aws_vpc.main", action, before: null, after: null }],
    });
    const plan = aPlan([step]);
    assert.equal(of("", { plan, previews: [preview("destroy")] }), "network");
    assert.equal(of("", { plan, previews: [preview("replace")] }), "network");
    assert.equal(of("", { plan, previews: [preview("update")] }), null);
    const destroy = aPlan([{ ...step, args: ["destroy", "-auto-approve"], dir: "" }]);
    assert.equal(of("", { plan: destroy }), "production");
  });
});
