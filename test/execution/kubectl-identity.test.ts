import assert from "node:assert/strict";
import { test } from "node:test";
import { PlannerOutput } from "../../src/change/plan.ts";
import { kubectlTargets } from "../../src/execution/kubectl-identity.ts";
import { planOf } from "../support/program.ts";

const plan = PlannerOutput.parse(
  planOf([["scale deployment/web --replicas=2 -n staging --context=a", null]]),
);

/** Where the plan runs by a kubeconfig that names this server. */
async function targetsWith(server: string): Promise<string> {
  const config = {
    "current-context": "a",
    clusters: [{ name: "a", cluster: { server } }],
    contexts: [{ name: "a", context: { cluster: "a", user: "ana" } }],
  };
  const view = async () => ({ ok: true, stdout: JSON.stringify(config) }) as const;
  return (await kubectlTargets(plan, { view, identify: async () => "0" })).join("\n");
}

test("where a plan runs names no login that stands in the server's address: it is stored, and shown when it differs", async () => {
  for (const login of ["ana:hunter2@", "hunter2@", "ana:hun/ter2@", "ana:h@unter2@"]) {
    const target = await targetsWith(`https://${login}cluster.example.com:6443`);
    assert.match(target, /\(a\): https:\/\/\S*cluster\.example\.com:6443, as ana/, login);
    assert.doesNotMatch(target, /hun\/?ter2|h@unter2/, login);
    // kubectl puts the scheme before an address that has none.
    const bare = await targetsWith(`${login}cluster.example.com:6443`);
    assert.match(bare, /\(a\): cluster\.example\.com:6443, as ana/, login);
  }
  const plain = "https://cluster.example.com:6443/k8s/@team";
  assert.ok((await targetsWith(plain)).includes(plain));
});
