import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Command, Risk } from "#change/plan.ts";
import { judge } from "#policy/judge.ts";
import { parsePolicy } from "#policy/read-policy.ts";

const parsed = parsePolicy(
  readFileSync(new URL("../../src/playground/sample-policy.yml", import.meta.url), "utf8"),
);
assert.ok(parsed.ok);
const policy = parsed.policy;

/** A command line as a person would write it; "dir$ kubectl ..." runs it in dir. */
function commandOf(line: string): Command {
  const [dir, rest] = line.includes("$ ") ? line.split("$ ", 2) : ["", line];
  const [tool, ...args] = (rest ?? "").split(" ");
  assert.ok(tool === "kubectl" || tool === "terraform", line);
  return { tool, args, dir: dir ?? "" };
}

const allowed: [risk: Risk, environment: string | null, line: string][] = [
  ["low", "production", "kubectl -n production get pods"],
  ["low", "production", "kubectl get pods -n production"],
  ["low", "production", "kubectl get pods -nproduction -o=wide"],
  ["low", "staging", "kubectl --namespace=staging get deploy,svc -o json"],
  ["low", "staging", "kubectl -n staging get deployment/web -o yaml"],
  ["low", null, "kubectl get pods"],
  ["low", null, "kubectl get pods -A"],
  ["low", null, "kubectl -n kube-system get pods"],
  ["low", "production", "kubectl -n production describe deployment payment-api"],
  ["low", "production", "kubectl -n production logs payment-api-1 --tail=50 --since 5m -c app"],
  ["low", null, "kubectl version"],
  ["low", "production", "kubectl -n production rollout status deployment/payment-api --timeout=60s"],
  ["low", "production", "kubectl -n production rollout history deployment/payment-api --revision=2"],
  ["medium", "production", "kubectl -n production scale deployment payment-api --replicas=5"],
  ["medium", "staging", "kubectl scale deployment/web --replicas 2 --current-replicas=1 -n staging"],
  ["medium", null, "kubectl -n elsewhere scale deployment web --replicas=2"],
  ["high", "production", "kubectl -n production scale deployment payment-api --replicas=0"],
  ["high", "staging", "kubectl -n staging scale deployment web --replicas 0"],
  ["high", null, "kubectl -n kube-system scale deployment coredns --replicas=3"],
  ["medium", "production", "kubectl -n production rollout restart deployment/payment-api"],
  ["medium", "production", "kubectl -n production rollout undo deployment/payment-api --to-revision=3"],
  ["medium", "staging", "kubectl -n staging rollout pause deployment/web"],
  ["medium", "staging", "kubectl -n staging rollout resume deployment/web"],
  ["high", null, "kubectl -n kube-system rollout restart daemonset/kube-proxy"],
  ["medium", "production", "kubectl -n production set image deployment/payment-api app=payment-api:1.2"],
  ["high", "production", "kubectl -n production delete pod payment-api-1"],
  ["high", null, "kubectl -n get delete cm x"],
  ["high", null, "kubectl delete pods --all"],
  ["high", null, "kubectl delete secret db"],
  ["high", null, "kubectl drain node-1"],
  ["low", null, "kubectl get secrets"],
  ["low", null, "kubectl config view"],
  ["low", null, "kubectl get pods -o jsonpath={.items[*].metadata.name}"],
  ["high", null, "kubectl scale pod web --replicas=1"],
  ["high", "staging", "kubectl delete -n staging cm x"],
  ["medium", "staging", "kubectl -n staging apply -f manifests/greeter.yaml"],
  ["medium", "production", "kubectl -n production apply --filename=manifests/../manifests/greeter.yaml"],
  ["medium", "production", "network$ terraform init -input=false -no-color"],
  ["low", "production", "network$ terraform validate -no-color"],
  ["low", "production", "network$ terraform plan -input=false"],
  ["low", "production", "./network/.$ terraform plan"],
  ["low", null, "other$ terraform plan"],
  ["high", "production", "network$ terraform apply -input=false -auto-approve"],
  ["high", "production", "network$ terraform destroy -auto-approve"],
];

for (const [risk, environment, line] of allowed) {
  test(`"${line}" is allowed with ${risk} risk in ${environment ?? "no named environment"}`, () => {
    const verdict = judge(commandOf(line), policy, null);
    assert.ok(verdict.decision === "allow", JSON.stringify(verdict));
    assert.equal(verdict.risk, risk);
    assert.equal(verdict.environment, environment);
    assert.ok(verdict.reasons.length > 0);
  });
}

const refused: [why: RegExp, line: string][] = [
  [/not on the list of allowed/, "kubectl exec web-1 ls"],
  [/not on the list of allowed/, "kubectl edit deployment web"],
  [/not on the list of allowed/, "kubectl port-forward svc/web 80"],
  [/not on the list of allowed/, "kubectl proxy"],
  [/not on the list of allowed/, "kubectl cp a b"],
  [/not on the list of allowed/, "kubectl rollout"],
  [/not on the list of allowed/, "kubectl constructor"],
  [/not on the list of allowed/, "kubectl GET pods"],
  [/not on the list of allowed/, "kubectl -n production"],
  [/without an end/, "kubectl get pods -w"],
  [/without an end/, "kubectl get pods --watch"],
  [/--as is not on the list/, "kubectl get pods --as=admin"],
  [/--as is not on the list/, "kubectl --as admin get pods"],
  [/--token is not on the list/, "kubectl get pods --token=abc"],
  [/--kubeconfig is not on the list/, "kubectl --kubeconfig=/root/c get pods"],
  [/--server is not on the list/, "kubectl get pods --server=https://x"],
  [/--raw is not on the list/, "kubectl get --raw=/api"],
  [/-i is not on the list/, "kubectl logs web-1 -it"],
  [/--__proto__ is not on the list/, "kubectl get pods --__proto__=x"],
  [/--namespace stands there twice/, "kubectl -n staging get pods -n production"],
  [/--namespace stands there twice/, "kubectl -n staging get pods --namespace=production"],
  [/--replicas stands there twice/, "kubectl scale deploy web --replicas=3 --replicas=0"],
  [/--replicas must be/, "kubectl scale deploy web --replicas=0x0"],
  [/--replicas must be/, "kubectl scale deploy web --replicas=+0"],
  [/--replicas must be/, "kubectl scale deploy web --replicas=00"],
  [/--replicas must be/, "kubectl scale deploy web --replicas=0_0"],
  [/--replicas must be/, "kubectl scale deploy web --replicas=-1"],
  [/--replicas must be/, "kubectl scale deploy web --replicas=10000"],
  [/--replicas must be/, "kubectl scale deploy web"],
  [/--replicas has no value/, "kubectl scale deploy web --replicas="],
  [/--current-replicas must be/, "kubectl scale deploy web --replicas=1 --current-replicas=0x1"],
  [/"-n" is not a name/, "kubectl get pods -- -n production"],
  [/takes true or false/, "kubectl get pods -A=perhaps"],
  [/names no target/, "kubectl -n production get"],
  [/print a file/, "kubectl rollout history deploy/web -o go-template-file=/etc/passwd"],
  [/print a file/, "kubectl -n staging scale deploy web --replicas=2 -o jsonpath-file=/etc/passwd"],
  [/without an end/, "kubectl logs -f web-1"],
  [/not a path inside/, "kubectl get pods -f https://example.com/x.yaml"],
  [/not a path inside/, "kubectl delete pods -f ../x"],
  [/not a path inside/, "kubectl apply -f https://example.com/x.yaml"],
  [/not a path inside/, "kubectl apply -f ../x"],
  [/not a path inside/, "kubectl apply -f manifests/../../x"],
  [/not a path inside/, "kubectl apply -f -"],
  [/not a path inside/, "kubectl apply -f=/etc/x.yaml"],
  [/not a path inside/, "kubectl apply -f ~/x.yaml"],
  [/names no manifest/, "kubectl apply"],
  [/output format "html" is not/, "kubectl get pods -o html"],
  [/secret data/, "kubectl get pod/a secret/db -o json"],
  [/context "prod-eu" is not named/, "kubectl --context=prod-eu get pods"],
  [/-var-file/, "network$ terraform apply -auto-approve -var-file=x"],
  [/needs -auto-approve/, "network$ terraform apply"],
  [/needs -auto-approve/, "network$ terraform destroy -no-color"],
  [/"toString" is not/, "terraform toString"],
  [/not a directory inside/, "../x$ terraform plan"],
  [/not a directory inside/, "/etc$ kubectl get pods"],
  [/not a directory inside/, "a/../..$ terraform plan"],
  [/odd characters/, "kubectl get  pods"],
  [/odd characters/, "kubectl get p\u043eds"],
  [/odd characters/, "kubectl get pods\u200b"],
  [/odd characters/, "kubectl get pods\0"],
  [/odd characters/, "kubectl get pods\u202e"],
  [/odd characters/, "kubectl get pods\n"],
  [/odd characters/, "network$ terraform plan\u00a0"],
  [/more than 64/, `kubectl get pods${" x".repeat(63)}`],
  [/longer than 4096/, `kubectl get ${"x".repeat(4_097)}`],
  [/not a directory inside/, "a\nb$ kubectl get pods"],
];

for (const [why, line] of refused) {
  test(`${JSON.stringify(line)} is refused`, () => {
    const verdict = judge(commandOf(line), policy, null);
    assert.equal(verdict.decision, "deny", JSON.stringify(verdict));
    assert.match(verdict.reasons.join("; "), why);
  });
}

test("a reason shows odd characters as escapes, never as they are", () => {
  const verdict = judge({ tool: "kubectl", args: ["get", "pods\u202e\u200b\u0430"], dir: "" }, policy, null);
  assert.equal(verdict.decision, "deny");
  const reason = verdict.reasons.join();
  assert.match(reason, /pods\\u202e\\u200b\\u0430/);
  assert.match(reason, /^[\x20-\x7e]*$/);
});

test("the policy may allow fewer and shorter arguments", () => {
  const narrow = { ...policy, limits: { ...policy.limits, args: 2, arg_chars: 20 } };
  const of = (args: string[]) => judge({ tool: "kubectl", args, dir: "" }, narrow, null).decision;
  assert.equal(of(["get", "pods"]), "allow");
  assert.equal(of(["get", "pods", "-A"]), "deny");
  assert.equal(of(["get", `pods/${"x".repeat(20)}`]), "deny");
});

test("a dry run that would print a file of the workspace is held like the change itself", () => {
  const riskOf = (line: string) => {
    const verdict = judge(commandOf(line), policy, null);
    return verdict.decision === "allow" ? verdict.risk : "deny";
  };
  const line = "kubectl create configmap x -n staging --dry-run=client --from-file=network/prod.txt";
  assert.equal(riskOf(`${line} -o yaml`), "high");
  assert.equal(riskOf(`${line} -o name`), "low");
  assert.equal(
    riskOf("kubectl create configmap x -n staging --dry-run=client --from-literal=a=b -o yaml"),
    "low",
  );
});

test("no kubectl command names a file that holds values, keys, logins or a state, whatever it does with it", () => {
  const files = new Map([
    ["k8s/api.yaml", "kind: Deployment\n"],
    ["k8s/login.yaml", "apiVersion: v1\nkind: Config\nusers: []\n"],
    ["dir/.env.production", "A=b"],
    ["dir/app.conf", "a"],
    ["manifests/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"],
    ["manifests/prod.auto.tfvars.json", "{}"],
    ["overlay/kustomization.yaml", "configMapGenerator: [{name: g, envs: [.env]}]\n"],
    ["overlay/.env", "A=b"],
  ]);
  const refused = [
    "create configmap x --from-file=a=.env",
    "create configmap x --from-env-file=app/.env.staging",
    "create configmap x --from-file=ok.txt,keys/id_ed25519",
    "create secret tls x --cert=a.crt --key=tls.key",
    "create secret generic x --from-file=store.jks",
    "apply -f kubeconfig.yaml",
    "apply -f .kube/config",
    "diff -f prod.tfvars.json",
    "patch deploy web --patch-file=terraform.tfstate.backup",
    "create configmap x --from-file=.git/config",
    "create configmap x --from-file=net/.terraform/terraform.tfstate",
    "apply -f prod.TFSTATE",
  ];
  for (const line of refused) {
    const verdict = judge(commandOf(`kubectl ${line}`), policy, null);
    assert.match(verdict.decision === "deny" ? verdict.reasons.join() : "allowed", /of a kind that/, line);
  }
  const onDisk = [
    "apply -f k8s/login.yaml",
    "create configmap x --from-file=dir",
    "apply -f manifests",
    "apply -k overlay",
  ];
  for (const line of onDisk) {
    const verdict = judge(commandOf(`kubectl ${line}`), policy, files);
    assert.match(verdict.decision === "deny" ? verdict.reasons.join() : "allowed", /of a kind that/, line);
  }
  const fine = [
    "create configmap x --from-file=keys/id_ed25519.pub",
    "create configmap x --from-file=ca.crt",
    "create configmap x --from-env-file=app.env",
    "apply -f environment/keycloak.yaml",
    "apply -f token-service.yaml",
    "create configmap x --from-file=docs/terraform.md",
    "create configmap x --from-file=config.json",
  ];
  for (const line of fine) {
    assert.equal(judge(commandOf(`kubectl ${line}`), policy, null).decision, "allow", line);
  }
});
