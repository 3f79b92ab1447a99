import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkLine } from "#policy/check.ts";
import { parsePolicy } from "#policy/read-policy.ts";

const places = `version: 1
environments:
  production: { namespaces: [production], contexts: [prod-eu] }
  staging: { namespaces: [staging], contexts: [staging-eu] }
  lab: { namespaces: [lab], contexts: [lab-eu], raise: { kubectl delete: high } }
  qa: { namespaces: [qa], contexts: [qa-eu], deny: [kubectl delete] }
`;

function read(lower: string) {
  return parsePolicy(`${places}lower:\n${lower}`);
}

const parsed = read(`  - verbs: [kubectl delete]
    environments: [staging, lab, qa]
  - verbs: [kubectl cordon, kubectl uncordon, kubectl drain, kubectl taint]
    environments: [staging]
`);
assert.ok(parsed.ok, JSON.stringify(parsed));
const { policy } = parsed;

const STAGING = "--context=staging-eu -n staging";

function said(line: string): string {
  const { decision, risk } = checkLine({ cmd: `kubectl ${line}` }, policy);
  return decision === "deny" ? "refused" : (risk ?? "");
}

describe("a verb is lowered where the policy says so", () => {
  const lines = [
    "delete deployment web",
    "delete deploy/web cm/web",
    "delete pod web-1 web-2",
    "delete job once --wait=false",
    "cordon node-1",
    "uncordon node-1",
    "drain node-1 --ignore-daemonsets --timeout=5m",
    "taint nodes node-1 a=b:NoSchedule --overwrite",
  ];
  for (const line of lines) test(line, () => assert.equal(said(`${line} ${STAGING}`), "medium"));

  test("and the reason says by which rule", () => {
    const { reasons } = checkLine({ cmd: `kubectl delete deploy web ${STAGING}` }, policy);
    assert.deepEqual(reasons, ["kubectl delete: deletes, which the policy holds to be medium in staging"]);
  });
});

describe("and nowhere else, and nothing else", () => {
  const lines: [said: string, line: string][] = [
    ["high", "delete deployment web --context=prod-eu -n production"],
    ["high", "delete deployment web --context=prod-eu"],
    ["high", "delete deployment web -n staging"],
    ["high", "delete deployment web -n elsewhere"],
    // It may be any environment's, and one of them refuses it.
    ["refused", "delete deployment web"],
    ["high", "delete deployment web --context=lab-eu -n lab"],
    ["refused", "delete deployment web --context=qa-eu -n qa"],
    ["high", `delete deployment web --context=staging-eu -n kube-system`],
    ["high", "cordon node-1"],
    ["high", "cordon node-1 --context=prod-eu"],
    ["refused", "delete deployment web --context=prod-eu -n staging"],
    ...[
      "delete deployments --all",
      "delete deployments -l app=web",
      "delete pods --field-selector=status.phase=Failed",
      "delete pods --all -l app=web",
      "delete deploy web -A",
      "delete -f web.yaml",
      "delete -k overlay",
      "delete deploy web --force",
      "delete pod web-1 --force --grace-period=0",
      "delete pod web-1 --now",
      "delete deploy web --cascade=orphan",
      "delete sts web",
      "delete deploy/web sts/db",
      "delete pvc data",
      "delete pv data",
      "delete ns staging",
      "delete crd mysqls.db.example.com",
      "delete mysqls.db.example.com orders",
      "delete deployments.example.com web",
      "delete secret db",
      "delete sa web",
      "delete role web",
      "delete rolebinding web",
      "delete clusterrolebinding web",
      "delete csr web",
      "delete mutatingwebhookconfiguration web",
      "delete svc web",
      "delete ing web",
      "delete netpol web",
      "delete endpoints web",
      "delete node node-1",
      "delete quota q",
      "delete pdb web",
      "drain node-1 --force",
      "drain node-1 --delete-emptydir-data",
      "drain node-1 --disable-eviction",
      "drain -l zone=a",
      "cordon -l zone=a",
      "taint nodes --all a=b:NoExecute",
      "taint nodes -l zone=a a=b:NoExecute",
      "scale deploy web --replicas=0",
      "replace -f web.yaml",
      "run web --image=nginx",
      "expose deploy web --port=80",
      "set selector svc web app=b",
      "set serviceaccount deploy web admin",
      "create secret generic db",
    ].map((line): [string, string] => ["high", `${line} ${STAGING}`]),
    ["refused", `exec web-1 ${STAGING}`],
    ["refused", `delete deploy web -i ${STAGING}`],
    ["low", `delete deploy web --dry-run=server ${STAGING}`],
  ];
  for (const [risk, line] of lines) test(`${line} is ${risk}`, () => assert.equal(said(line), risk));

  test("a rule with kinds is for those alone", () => {
    const narrow = read(
      "  - { verbs: [kubectl delete], environments: [staging], kinds: [po, jobs.batch] }\n",
    );
    assert.ok(narrow.ok);
    const risk = (line: string) => checkLine({ cmd: `kubectl ${line} ${STAGING}` }, narrow.policy).risk;
    assert.equal(risk("delete pod web-1"), "medium");
    assert.equal(risk("delete job once"), "medium");
    assert.equal(risk("delete deploy web"), "high");
    assert.equal(risk("delete pod/web-1 deploy/web"), "high");
  });

  test("a node may be an environment's that is known by its namespaces in any cluster", () => {
    const rule = "  - { verbs: [kubectl cordon], environments: [staging] }\n";
    const open = parsePolicy(`${places}  open: { namespaces: [open] }\nlower:\n${rule}`);
    assert.ok(open.ok);
    assert.equal(checkLine({ cmd: "kubectl cordon node-1 --context=staging-eu" }, open.policy).risk, "high");
  });

  test("without a rule nothing is lowered, and a rule is part of what an approval covers", () => {
    const plain = parsePolicy(places);
    assert.ok(plain.ok);
    assert.equal(checkLine({ cmd: `kubectl delete deploy web ${STAGING}` }, plain.policy).risk, "high");
    assert.notEqual(plain.policy.hash, policy.hash);
  });
});

describe("a rule that names what nothing lowers is a fault", () => {
  const verbs: [verb: string, fault: RegExp][] = [
    ["terraform apply", /^line 8, lower\.0\.verbs\.0: terraform apply may delete data/],
    ["terraform state rm", /saved plan says what/],
    ["kubectl exec", /is refused, and nothing lowers/],
    ["kubectl auth reconcile", /touches identities/],
    ["kubectl certificate approve", /touches identities/],
    ["kubectl create secret generic", /touches identities/],
    ["kubectl create clusterrolebinding", /touches identities/],
    ["kubectl set serviceaccount", /touches identities/],
    ["kubectl expose", /touches networking/],
    ["kubectl create ingress", /touches networking/],
    ["kubectl create service loadbalancer", /touches networking/],
    ["kubectl set selector", /touches networking/],
    ["kubectl scale", /not high by itself/],
    ["kubectl apply", /not high by itself/],
    ["kubectl replace", /not among the commands that can be lowered: kubectl delete/],
    ["kubectl create", /not high by itself/],
    ["kubectl create namespace", /not among the commands/],
    ["kubectl delte", /no command is called/],
  ];
  for (const [verb, fault] of verbs) {
    test(verb, () => assertFault(`  - { verbs: [${verb}], environments: [staging] }\n`, fault));
  }

  const kinds: [kind: string, fault: RegExp][] = [
    ["pvc", /^line 8, lower\.0\.kinds\.0: pvc hold data/],
    ["persistentvolumes", /hold data/],
    ["ns", /hold data/],
    ["crd", /hold data/],
    ["statefulsets", /hold data/],
    ["mysqls.db.example.com", /no kind that Greenlight knows/],
    ["secrets", /identities/],
    ["sa", /identities/],
    ["rolebindings", /identities/],
    ["csr", /identities/],
    ["validatingwebhookconfigurations", /identities/],
    ["services", /networking/],
    ["ing", /networking/],
    ["networkpolicies", /networking/],
    ["gateways", /networking/],
    ["nodes", /more than one service/],
  ];
  for (const [kind, fault] of kinds) {
    test(kind, () =>
      assertFault(`  - { verbs: [kubectl delete], environments: [staging], kinds: [${kind}] }\n`, fault),
    );
  }

  const others: [rule: string, fault: RegExp][] = [
    ["  - { verbs: [kubectl delete] }\n", /lower\.0\.environments: /],
    ["  - { verbs: [kubectl delete], environments: [] }\n", /nothing is lowered everywhere/],
    ["  - { verbs: [], environments: [staging] }\n", /names no command/],
    ["  - { verbs: [kubectl delete], environments: [stagign] }\n", /no environment is named stagign/],
    ["  - { verbs: [kubectl cordon], environments: [staging], kinds: [pods] }\n", /kubectl delete alone/],
    ["  - { verbs: [kubectl delete], environments: [staging], to: low }\n", /is not a key/],
  ];
  for (const [rule, fault] of others) test(rule.trim(), () => assertFault(rule, fault));

  function assertFault(rule: string, fault: RegExp): void {
    const found = read(rule);
    assert.ok(!found.ok);
    assert.match(found.faults.join("\n"), fault);
  }
});
