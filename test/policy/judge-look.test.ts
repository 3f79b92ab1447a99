import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Looker } from "#policy/approvals/looking.ts";
import { judgeLook } from "#policy/judge-look.ts";
import { parsePolicy } from "#policy/read-policy.ts";

const read = parsePolicy(`version: 1
environments: { production: { namespaces: [production], directories: [network] }, staging: { namespaces: [staging] } }
contexts: [here]
deny: [kubectl top]
asking: [{ max_risk: low }, { environments: [staging], max_risk: medium }]
looks: [{ environments: [staging], may: [objects, logs] }, { may: [objects, events] }]
`);
assert.ok(read.ok, read.ok ? "" : read.faults.join("; "));
const { policy } = read;
const ana: Looker = { requester: { kind: "slack", teamId: "T1", userId: "U0ANA" }, channelId: null };
const FILES = new Map([
  ["network/main.tf", 'output "a" { value = 1 }\n'],
  ["a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: staging }\n"],
]);

function judged(line: string) {
  const [tool, ...args] = line.split(" ");
  assert.ok(tool === "kubectl" || tool === "terraform");
  return judgeLook({ tool, args, dir: "" }, policy, FILES, ana);
}

describe("a look that the Planner asks for", () => {
  const allowed: [line: string, kinds: string, environments: string][] = [
    ["kubectl get pods -n production", "objects", "production"],
    ["kubectl get deploy web -n staging -o yaml", "objects", "staging"],
    ["kubectl logs web-1 -n staging --tail=20", "logs", "staging"],
    ["kubectl events -n production", "events", "production"],
    ["kubectl get ev -n production", "events", "production"],
    ["kubectl get pods,events -n production", "objects events", "production"],
    ["kubectl describe pod web-1 -n production", "objects events", "production"],
    ["kubectl describe pod web-1 -n staging --show-events=false", "objects", "staging"],
    ["kubectl get pods -A", "objects", "not named in the policy"],
    ["terraform -chdir=network state list", "objects", "production"],
  ];
  for (const [line, kinds, environments] of allowed)
    it(`may be made: ${line}`, () => {
      const look = judged(line);
      assert.ok(look.ok, look.ok ? "" : look.reason);
      assert.deepEqual([look.kinds.join(" "), look.environments.join(" ")], [kinds, environments]);
    });

  const refused: [line: string, why: RegExp][] = [
    // Not low, whatever the requester may ask for.
    ["kubectl scale deploy/web --replicas=2 -n staging", /only reads.*medium risk/],
    ["kubectl delete pod web-1 -n staging", /only reads.*high risk/],
    // Refused by policy, for steps too.
    ["kubectl exec web-1 -n staging -- ls", /^Policy refuses this look/],
    ["kubectl get secret db -n staging -o yaml", /secret data/],
    ["kubectl logs web-1 -n staging -f", /^Policy refuses this look/],
    ["kubectl top pods -n staging", /^Policy refuses this look/],
    ["kubectl get pods -n staging --context=elsewhere", /^Policy refuses this look/],
    ["terraform -chdir=../x output", /^Policy refuses this look/],
    ["terraform -chdir=network output", /copies of sensitive values/],
    ["terraform -chdir=network plan -input=false", /copies of sensitive values/],
    ["terraform -chdir=network show", /copies of sensitive values|Policy refuses|only reads/],
    // Beyond what may be looked at.
    ["kubectl logs web-1 -n production", /logs in production.*\(looks/],
    ["kubectl get -f a.yaml", /files in staging/],
  ];
  for (const [line, why] of refused)
    it(`may not be made: ${line}`, () => {
      const look = judged(line);
      assert.ok(!look.ok);
      assert.match(look.reason, why);
    });
});
