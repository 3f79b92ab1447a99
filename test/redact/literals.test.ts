import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Plan } from "#change/plan.ts";
import { whyHoldsSecret } from "#redact/plan.ts";
import { createRedact } from "#redact/redact.ts";
import { createRedactJson } from "#redact/value.ts";
import { planOf } from "#test/support/program.ts";

const redact = createRedact([]);
const redactJson = createRedactJson(redact);

function isRefused(line: string): boolean {
  return whyHoldsSecret(planOf([[line, null]]) as Plan, redact) !== null;
}

describe("a config map's literals run as they stand", () => {
  for (const line of [
    "create configmap x --from-literal=new_checkout=on",
    "create cm x --from-literal=new_checkout=on -n staging",
    "create configmap x --from-literal new_checkout=off",
    "-n staging create configmap x --from-literal=a=1 --from-literal=b=true",
    "create -n staging configmap x --from-literal=LOG_LEVEL=debug",
    "create configmap x --from-literal=rollout=RolloutPhase2",
    "create configmap x --from-literal=url=https://shop.example.com/v2",
    "create configmap x --from-literal=image=sha256-4f1c2d3e5a6b7c8d9e0f1a2b3c4d5e6f",
    "create configmap x --from-literal=commit=9fceb02d0ae598e95dc970b74767f19372d61af8",
    "create configmap x --from-literal=region=eu-central-1a",
    "create configmap x --from-literal=max_connections=200",
    "create configmap x --from-literal=mode=payment-service-v2-canary",
  ]) {
    test(line, () => {
      assert.ok(!isRefused(line));
      const args = line.split(" ");
      // A model's answer is redacted before the plan is read of it.
      assert.deepEqual(JSON.parse(redactJson(JSON.stringify({ args }))), { args });
      assert.equal(redact(`kubectl ${line}`), `kubectl ${line}`);
    });
  }
});

describe("what looks like a secret, or is for a Secret, is refused", () => {
  for (const line of [
    "create configmap x --from-literal=password=hunter2",
    "create configmap x --from-literal=DB_PASSWORD=hunter2",
    "create configmap x --from-literal api_key=abc123def456",
    "create configmap x --from-literal=whatever=s38YV1vzzFZv",
    "create configmap x --from-literal=a=b --from-literal=whatever=aGVsbG8gd29ybGQhISE=",
    `create configmap x --from-literal=a=ghp_${"a1B2".repeat(9)}`,
    "create configmap x --from-literal=url=postgres://app:hunter2@db/shop",
    "create secret generic db --from-literal=new_checkout=on1",
    "create secret generic db --from-literal new_checkout=on1",
    "create secret generic cm --from-literal=a=hunter2",
    "create -n cm secret generic db --from-literal=a=hunter2",
    "create secret generic configmap --from-literal=a=hunter2",
    "create configmap secret --from-literal=a=hunter2",
  ]) {
    test(line, () => {
      assert.ok(isRefused(line));
      assert.match(redactJson(JSON.stringify({ args: line.split(" ") })), /\[redacted\]/);
    });
  }
});

test("a literal alone, and one on another line, is taken away", () => {
  assert.equal(redact("--from-literal=a=hunter2"), "--from-literal=a=[redacted]");
  assert.equal(
    redact("kubectl create configmap x\nkubectl create secret generic y --from-literal=a=hunter2"),
    "kubectl create configmap x\nkubectl create secret generic y --from-literal=a=[redacted]",
  );
});
