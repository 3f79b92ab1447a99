import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Risk } from "#change/plan.ts";
import { judge } from "#policy/judge.ts";
import { parsePolicy } from "#policy/read-policy.ts";

const parsed = parsePolicy(
  "version: 1\nenvironments: { staging: { namespaces: [staging] } }\nregistries: [registry.example.com]",
);
assert.ok(parsed.ok);
const { policy } = parsed;
const wide = parsePolicy("version: 1\nlimits: { replicas: 2000 }");
assert.ok(wide.ok);

type Rank = Risk | "refused";

/** Words are apart by blanks; `·` stands for a blank within a word. */
function rankOf(line: string, files: Record<string, string> | null = null, rules = policy): Rank {
  const args = line.split(" ").map((word) => word.replaceAll("·", " "));
  const texts = files === null ? null : new Map(Object.entries(files));
  const verdict = judge({ tool: "kubectl", args, dir: "" }, rules, texts);
  return verdict.decision === "deny" ? "refused" : verdict.risk;
}

function judgeAll(cases: readonly (readonly [Rank, string])[]): void {
  for (const [rank, line] of cases) test(`"${line}" is ${rank}`, () => assert.equal(rankOf(line), rank));
}

describe("a program of the line's own is as high as kubectl run", () => {
  const image = "--image=registry.example.com/web:1";
  judgeAll([
    ["high", `create job leak ${image} -n staging -- sh -c id`],
    ["high", `create job leak -n staging ${image} -- /bin/true`],
    ["high", `create cronjob leak ${image} --schedule=@daily -n staging -- sh`],
    ["high", `create cj leak ${image} --schedule=@daily -n staging -- sh`],
    ["high", `create deployment leak ${image} -n staging -- sh -c id`],
    ["high", `create deploy leak ${image} -n staging -- --dry-run=client`],
    ["high", "create job leak --image=alpine -n staging"],
    ["high", "create cronjob leak --image=evil.example.com/x --schedule=@daily -n staging"],
    ["high", "create deployment leak --image=registry.example.com/web --image=alpine -n staging"],
    ["high", "create job leak --from=cronjob/nightly --image=alpine -n staging"],
    ["high", `run leak ${image} -n staging`],
    ["medium", "create job once --from=cronjob/nightly -n staging"],
    ["medium", `create job once ${image} -n staging`],
    ["medium", `create deployment web ${image} --replicas=3 -n staging`],
    ["low", `create job once ${image} --dry-run=server -n staging -- sh -c id`],
    ["high", "set env deploy/web LD_PRELOAD=/tmp/x.so"],
    ["high", "set env deploy/web NODE_OPTIONS=--import=data:text/javascript,x"],
    ["high", "set env deploy/web -e JAVA_TOOL_OPTIONS=-javaagent:/tmp/x.jar"],
    ["high", "set env deploy/web A=b BASH_ENV=/tmp/x"],
    ["high", "set env deploy/web PYTHONPATH-"],
    ["high", "set env deploy/web https_proxy=http://192.0.2.1:3128"],
    ["high", "set env deploy/web NODE_TLS_REJECT_UNAUTHORIZED=0"],
    ["medium", "set env deploy/web LOG_LEVEL=debug"],
    ["medium", "set env deploy/web APP_PATH=/srv"],
    [
      "high",
      'patch deploy web -p {"spec":{"template":{"spec":{"containers":[{"name":"a","env":[{"name":"LD_PRELOAD","value":"x"}]}]}}}}',
    ],
  ]);
});

describe("the ceiling of replicas", () => {
  judgeAll([
    ["refused", "scale deploy/web --replicas=9999"],
    ["refused", "scale deploy/web --replicas=101"],
    ["medium", "scale deploy/web --replicas=100"],
    ["refused", "scale deploy/web --replicas=9999 --dry-run=server"],
    ["refused", "autoscale deploy web --max=9999"],
    ["refused", "autoscale deploy web --min=101 --max=102"],
    ["medium", "autoscale deploy web --min=2 --max=100"],
    ["refused", "create deployment web --image=registry.example.com/a --replicas=500"],
    ["refused", 'patch deploy web -p {"spec":{"replicas":500}}'],
    ["refused", 'patch deploy web -p {"spec":{"replicas":"500"}}'],
    ["refused", 'patch deploy web --subresource=scale --type=merge -p {"spec":{"replicas":5e2}}'],
    ["refused", 'patch deploy web --type=json -p [{"op":"replace","path":"/spec/replicas","value":500}]'],
    ["refused", 'patch hpa web -p {"spec":{"maxReplicas":500}}'],
  ]);

  test("a refusal names the key that would change it, and a policy may raise it", () => {
    const args = ["scale", "deploy/web", "--replicas=500"];
    const verdict = judge({ tool: "kubectl", args, dir: "" }, policy, null);
    assert.match(verdict.reasons.join(), /limits\.replicas/);
    assert.equal(rankOf("scale deploy/web --replicas=500", null, wide.policy), "medium");
  });

  const meta = "metadata: {name: web}";
  const pod = "template: {spec: {containers: [{name: a, image: registry.example.com/a}]}}";
  const manifests: [Rank, string, string][] = [
    ["refused", "replicas", `apiVersion: apps/v1\nkind: Deployment\n${meta}\nspec: {replicas: 500, ${pod}}`],
    ["medium", "few", `apiVersion: apps/v1\nkind: Deployment\n${meta}\nspec: {replicas: 50, ${pod}}`],
    [
      "refused",
      "a job side by side",
      `apiVersion: batch/v1\nkind: Job\n${meta}\nspec: {parallelism: 500, ${pod}}`,
    ],
    [
      "refused",
      "a cron job's",
      `apiVersion: batch/v1\nkind: CronJob\n${meta}\nspec: {jobTemplate: {spec: {completions: 500, ${pod}}}}`,
    ],
    [
      "refused",
      "an autoscaler",
      `apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n${meta}\nspec: {minReplicas: 1, maxReplicas: 500}`,
    ],
  ];
  for (const [rank, what, text] of manifests) {
    test(`a manifest with ${what} is ${rank}`, () => {
      assert.equal(rankOf("apply -f a.yaml", { "a.yaml": text }), rank);
    });
  }

  test("kustomize sets no more than it either", () => {
    const files = (count: number) => ({
      "k/kustomization.yaml": `resources: [web.yaml]\nreplicas: [{name: web, count: ${count}}]\n`,
      "k/web.yaml": `apiVersion: apps/v1\nkind: Deployment\n${meta}\nspec: {${pod}}\n`,
    });
    assert.equal(rankOf("apply -k k", files(500)), "refused");
    assert.equal(rankOf("apply -k k", files(5)), "medium");
  });
});

describe("what is for all objects of a kind is high", () => {
  judgeAll([
    ["high", "rollout restart deployment -n staging"],
    ["high", "rollout restart deploy,sts -n staging"],
    ["high", "rollout undo deployment -n staging"],
    ["high", "rollout pause deploy -n staging"],
    ["high", "scale deployment --all --replicas=2 -n staging"],
    ["high", "scale deployment --replicas=2 -n staging"],
    ["high", "autoscale deployment --max=5 -n staging"],
    ["high", "delete pods --all -n staging"],
    ["high", "label pods --all a=b -n staging"],
    ["high", "annotate deploy --all a=b -n staging"],
    ["high", "set image deploy app=registry.example.com/a -n staging"],
    ["high", "set image deploy,rc *=registry.example.com/a --all -n staging"],
    ["high", "set env deploy --all A=b -n staging"],
    ["high", "set resources deploy --limits=cpu=1 -n staging"],
    ["high", "rollout restart deployment -l · -n staging"],
    ["high", "scale deploy --selector=· --replicas=2 -n staging"],
    ["medium", "rollout restart deployment/web -n staging"],
    ["medium", "rollout restart deploy -l app=web -n staging"],
    ["medium", "label pods -l app=web a=b -n staging"],
    ["medium", "scale deploy a b --replicas=2 -n staging"],
    ["low", "label pods --all --list -n staging"],
    ["low", "set env pods --all --list -n staging"],
    ["low", "scale deployment --all --replicas=2 --dry-run=server -n staging"],
    ["low", "wait pods --all --for=condition=Ready -n staging"],
  ]);
});
