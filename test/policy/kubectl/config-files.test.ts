import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { judge } from "#policy/judge.ts";
import { parsePolicy } from "#policy/read-policy.ts";

const parsed = parsePolicy(
  "version: 1\nenvironments: { staging: { namespaces: [staging] } }\nconfig_directories: [config, apps/web/settings]",
);
assert.ok(parsed.ok);
const { policy } = parsed;
const SECRET = "kX93hsPqv7Lm2zR4";
const KEY = `-----BEGIN EC PRIVATE KEY-----\n${SECRET}\n-----END EC PRIVATE KEY-----\n`;
const STATE = '{"version": 4, "terraform_version": "1.11.4", "lineage": "a"}';
const META = "metadata: {name: web}";

const files: Record<string, string> = {
  "config/app.properties": "color=blue\n",
  "config/vars": "# colours\nCOLOR=blue\n\n APP_NAME=web\n",
  "config/bare": `COLOR=blue\nAWS_SECRET_ACCESS_KEY\n`,
  "config/prose": `COLOR=blue\nthe password is ${SECRET}\n`,
  "config/tls.txt": KEY,
  "config/old.json": STATE,
  "config/cluster.txt": `apiVersion: v1\nkind: Config\nusers: [{user: {token: ${SECRET}}}]\n`.replace(
    "users: ",
    "users: ",
  ),
  "config/docker.txt": `{"auths": {"registry.example.com": {"auth": "${SECRET}"}}}`,
  "config/aws": `[default]\naws_secret_access_key = ${SECRET}\n`,
  "configuration/app.properties": "color=blue\n",
  "apps/web/settings/a.yaml": "a: b\n",
  "notes.txt": `the password is ${SECRET}\n`,
  "values.json": `{"password": "${SECRET}"}`,
  "kindless.yaml": `apiVersion: v1\npassword: ${SECRET}\n`,
  "versionless.yaml": `kind: ConfigMap\npassword: ${SECRET}\n`,
  "broken.yaml": `- a\n${SECRET}: b\n`,
  "web.yaml": `apiVersion: v1\nkind: ConfigMap\n${META}\ndata: {a: b}\n`,
  "patch.yaml": "spec: {replicas: 3}\n",
  "ops.json": '[{"op": "replace", "path": "/spec/replicas", "value": 3}]',
  "k/kustomization.yaml": "configMapGenerator: [{name: c, files: [app.properties], envs: [vars]}]\n",
  "k/app.properties": "color=blue\n",
  "k/vars": "COLOR=blue\n",
  "bad/kustomization.yaml": "configMapGenerator: [{name: c, envs: [vars]}]\n",
  "bad/vars": "COLOR=blue\nAWS_SECRET_ACCESS_KEY\n",
  "key/kustomization.yaml": "configMapGenerator: [{name: c, files: [tls.txt]}]\n",
  "key/tls.txt": KEY,
  "text/kustomization.yaml": "resources: [notes.yaml]\n",
  "odd/kustomization.yaml": "resources: [../web.yaml]\npatches: [{path: notes.txt}]\n",
  "odd/notes.txt": `the password is ${SECRET}\n`,
  "odd2/kustomization.yaml": "resources: [../web.yaml]\npatchesStrategicMerge: [values.json]\n",
  "odd2/values.json": `{"password": "${SECRET}"}`,
  "text/notes.yaml": `password: ${SECRET}\n`,
};

function judged(line: string) {
  const texts = new Map(Object.entries(files));
  return judge({ tool: "kubectl", args: line.split(" "), dir: "" }, policy, texts);
}

/** None of the reasons, which are posted, may hold what the files hold. */
function judgeAll(cases: readonly (readonly [rank: string, line: string])[]): void {
  for (const [rank, line] of cases) {
    test(`"${line}" is ${rank}`, () => {
      const verdict = judged(line);
      assert.equal(verdict.decision === "deny" ? "refused" : verdict.risk, rank, JSON.stringify(verdict));
      assert.ok(!verdict.reasons.join().includes(SECRET), verdict.reasons.join());
    });
  }
}

describe("what a config map is made from", () => {
  judgeAll([
    ["medium", "create configmap c --from-file=config/app.properties -n staging"],
    ["medium", "create configmap c --from-file=key=config/app.properties -n staging"],
    ["medium", "create cm c --from-file=apps/web/settings -n staging"],
    ["medium", "create configmap c --from-env-file=config/vars -n staging"],
    ["medium", "create configmap c --from-literal=a=b -n staging"],
    ["high", "create configmap leak --from-file=notes.txt -n staging"],
    ["high", "create configmap leak --from-file=a=notes.txt -n staging"],
    ["high", "create configmap leak --from-file=config/../notes.txt -n staging"],
    ["high", "create configmap leak --from-file=configuration -n staging"],
    ["high", "create configmap leak --from-file=config/app.properties,notes.txt -n staging"],
    ["high", "create configmap leak --from-file=values.json --dry-run=client -o yaml"],
    ["high", "create secret generic s --from-file=notes.txt -n staging"],
    ["low", "create configmap c --from-file=notes.txt --dry-run=server -o name"],
    ["refused", "create configmap leak --from-file=config/tls.txt -n staging"],
    ["refused", "create configmap leak --from-file=config -n staging"],
    ["refused", "create configmap leak --from-file=config/old.json -n staging"],
    ["refused", "create configmap leak --from-file=config/cluster.txt -n staging"],
    ["refused", "create configmap leak --from-file=config/docker.txt -n staging"],
    ["refused", "create configmap leak --from-file=config/aws -n staging"],
    ["refused", "create configmap leak --from-env-file=config/bare -n staging"],
    ["refused", "create configmap leak --from-env-file=config/prose -n staging"],
    ["refused", "create configmap leak --from-env-file=notes.txt --dry-run=server -o name"],
    ["refused", "create secret generic s --from-env-file=config/prose -n staging"],
    ["refused", "create configmap leak --from-env-file=config/vars --dry-run=client --template={{.data}}"],
  ]);
});

describe("what is no manifest is not read by a verb that would print it", () => {
  judgeAll([
    ["low", "diff -f web.yaml"],
    ["low", "get -f web.yaml -o yaml"],
    ["low", "apply -f web.yaml --dry-run=client -o yaml"],
    ["refused", "diff -f values.json"],
    ["refused", "get -f values.json"],
    ["refused", "describe -f kindless.yaml"],
    ["refused", "apply -f versionless.yaml --dry-run=client"],
    ["refused", "set image -f values.json a=b --local -o yaml"],
    ["refused", "set resources -f kindless.yaml --limits=cpu=1 --local -o yaml"],
    ["refused", "wait -f notes.txt --for=delete"],
    ["refused", "rollout status -f broken.yaml"],
    ["refused", "get -f ."],
    ["refused", "diff -f .,web.yaml"],
    ["refused", "kustomize text"],
    ["refused", "kustomize bad"],
    ["refused", "kustomize key"],
    ["refused", "apply -k key"],
    ["refused", "kustomize odd"],
    ["refused", "apply -k odd"],
    ["refused", "diff -k odd2"],
    ["low", "kustomize k"],
    ["medium", "apply -k k"],
  ]);
});

describe("what is no patch is not handed in as one", () => {
  judgeAll([
    ["medium", "patch deploy web --patch-file=patch.yaml"],
    ["medium", "patch deploy web --type=json --patch-file=ops.json"],
    ["low", "patch deploy web --patch-file=patch.yaml --dry-run=server"],
    ["refused", "patch deploy web --patch-file=notes.txt --dry-run=client"],
    ["refused", "patch deploy web --patch-file=values.json --type=merge --dry-run=server -o json"],
    ["refused", "patch widgets.example.com x --patch-file=values.json --type=merge"],
    ["refused", "patch deploy web --patch-file=broken.yaml"],
    ["refused", "patch deploy web --patch-file=config/tls.txt"],
  ]);
});
