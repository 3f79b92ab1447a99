import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isReading, stepWords } from "#change/titles/step-words.ts";
import { titleOf } from "#change/titles/title.ts";
import { blastRadius } from "#slack/cards/blast-radius.ts";
import { aChange, aPlan, aStep } from "#test/support/changes.ts";

describe("what a card says of a step in few words", () => {
  it("never calls a change a look, whatever its namespace is called", () => {
    for (const line of [
      "-n auth delete deployment payment-api",
      "--namespace logs scale deployment/x --replicas=0",
      "--context plan -n get delete cm x",
      "-n version rollout restart deployment/x",
      "--request-timeout 5s -n top delete pod x",
      "-v 2 -n events drain node-1",
      "auth reconcile -f rbac.yaml",
      "auth -n can-i reconcile -f rbac.yaml",
      "-n whoami auth reconcile -f rbac.yaml",
      "rollout -n status undo deployment/x",
    ]) {
      assert.equal(isReading(aStep(line)), false, line);
      const change = aChange({ plan: aPlan([aStep(line)]), stepRisks: ["high"], previews: [] });
      assert.doesNotMatch(blastRadius(change), /only reads/, line);
    }
  });

  it("calls a look one, wherever its flags stand", () => {
    for (const line of [
      "-n staging get pods",
      "get -n delete pods",
      "--context prod-eu -n auth logs deploy/x",
      "rollout -n x status deployment/x",
      "auth can-i create pods",
      "auth -n x whoami",
      "top pods",
    ])
      assert.equal(isReading(aStep(line)), true, line);
  });

  it("hides neither a second file, nor force, nor that something is pruned", () => {
    for (const [line, shown] of [
      ["delete -f one.yaml -f two.yaml", /one\.yaml -f two\.yaml/],
      ["apply -f one.yaml --filename=two.yaml -f three.yaml", /three\.yaml/],
      ["apply -f app.yaml --prune -l app=x", /--prune/],
      ["apply -k overlays/x --force", /--force/],
      ["delete pod x --force --grace-period=0", /--force/],
      ["replace --force -f app.yaml", /--force/],
    ] as const) {
      assert.match(stepWords(aStep(line)), shown, line);
      const step = aStep(line);
      const title = titleOf({ plan: aPlan([step]), stepRisks: ["high"], previews: [] });
      assert.match(title ?? "", shown, line);
    }
    assert.equal(stepWords(aStep("apply -f app.yaml -n staging")), "Apply app.yaml");
  });
});
