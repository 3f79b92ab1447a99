import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Plan } from "#change/plan.ts";
import type { AnsweredQuestion } from "#change/planning/question.ts";
import { assessPlan } from "#policy/assess.ts";
import { withKubeconfig } from "#policy/document.ts";
import { nameContexts, needsContexts } from "#policy/kubectl/name-context.ts";
import { parsePolicy } from "#policy/read-policy.ts";

const RULES = `
version: 1
environments:
  production: { namespaces: [production, shop, both], contexts: [prod-eu, prod-us] }
  staging: { namespaces: [staging, shop], contexts: [staging-eu] }
  here: { namespaces: [here], in_cluster: true }
  open: { namespaces: [open, both] }
contexts: [shared]
`;
const policyOf = (text: string) => {
  const parsed = parsePolicy(text);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.policy;
};
const policy = policyOf(RULES);
const CONTEXTS = ["prod-eu", "prod-us", "staging-eu", "shared", "in-cluster", "mine"];
const FILES = new Map([
  [
    "both.yaml",
    "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: staging}}\n---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: b, namespace: production}}\n",
  ],
  ["one.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: staging}}\n"],
  ["space.yaml", "{apiVersion: v1, kind: Namespace, metadata: {name: staging}}\n"],
]);

function planOf(line: string, back: string | null = null): Plan {
  const of = (words: string) => ({ tool: "kubectl" as const, args: words.split(" "), dir: "" });
  const step = {
    ...of(line),
    step: 1,
    description: "",
    risk: "low" as const,
    rollback: back === null ? null : of(back),
  };
  return { summary: "", plan: [step], risk_level: "low", risk_reason: "", questions: [] };
}

/** The words of a step (and its way back) once it is named; what is asked, or why not. */
function named(
  line: string,
  {
    back = null as string | null,
    rules = policy,
    contexts = CONTEXTS,
    answers = [] as AnsweredQuestion[],
  } = {},
): string {
  const done = nameContexts(planOf(line, back), { policy: rules, files: FILES, contexts, answers });
  if (!done.ok)
    return done.questions.length > 0 ? `ask ${done.questions[0]?.choices.join(",")}` : `no: ${done.reason}`;
  const [step] = done.plan.plan;
  const rollback = step?.rollback;
  return [step?.args.join(" "), ...(rollback ? [rollback.args.join(" ")] : [])].join(" | ");
}

describe("the context of a command", () => {
  const told: [line: string, context: string][] = [
    ["get pods -n staging", "staging-eu"],
    ["-n staging get pods", "staging-eu"],
    ["get pods --namespace=here", "in-cluster"],
    ["apply -f one.yaml", "staging-eu"],
    ["apply -f space.yaml", "staging-eu"],
    ["delete namespace staging", "staging-eu"],
    ["get pods -nstaging -o json", "staging-eu"],
  ];
  for (const [line, context] of told) {
    test(`"${line}" is ${context}, by its environment`, () => {
      assert.equal(named(line), `${line} --context=${context}`);
    });
  }

  test("it stands before what follows --, and no word is changed", () => {
    assert.equal(
      named("create job a --image=i -n staging -- echo --context=x"),
      "create job a --image=i -n staging --context=staging-eu -- echo --context=x",
    );
  });

  const asked: [line: string, choices: string][] = [
    ["get pods -n production", "prod-eu,prod-us"],
    ["get pods -n shop", "prod-eu,prod-us,staging-eu"],
    ["get pods -n both", "prod-eu,prod-us,staging-eu,shared,in-cluster"],
  ];
  for (const [line, choices] of asked) {
    test(`"${line}" is asked for`, () => assert.equal(named(line), `ask ${choices}`));
  }

  test("an answer counts for its question and its choices, the last one first", () => {
    const known = { policy, files: FILES, contexts: CONTEXTS };
    const question = (answers: AnsweredQuestion[]) =>
      nameContexts(planOf("get pods -n shop"), { ...known, answers });
    const open = question([]);
    assert.ok(!open.ok);
    const text = open.questions[0]?.text ?? "";
    const said = (answer: string, about = text) => ({ question: about, answer });
    const answer = (...answers: AnsweredQuestion[]) => named("get pods -n shop", { answers });
    assert.match(answer(said("prod-us")), /--context=prod-us$/);
    assert.match(answer(said("prod-us"), said("staging-eu")), /--context=staging-eu$/);
    assert.match(answer(said("prod-us"), said("what?")), /--context=prod-us$/);
    for (const no of [
      said("shared"),
      said("mine"),
      said(""),
      said("prod-us --as=root"),
      said("prod-us", "Which?"),
    ])
      assert.match(answer(no), /^ask /, JSON.stringify(no));
    assert.equal(named("get pods -n production", { answers: [said("prod-us")] }), "ask prod-eu,prod-us");
  });

  const refused: [line: string, why: RegExp][] = [
    ["get pods", /does not say in which cluster.*6 contexts/],
    ["get nodes", /does not say/],
    ["get pods -A", /does not say/],
    ["get pods -n open", /does not say/],
    ["get pods -n elsewhere", /does not say/],
    ["cordon node-1 -n staging", /does not say/],
    ["apply -f both.yaml", /no context that fits all of it/],
    ["get pods --context=gone", /names the context gone/],
    ["get pods --context=mine", /mine, which the policy does not name/],
    ["version", /does not say/],
    ["auth whoami", /does not say/],
    ["api-resources", /does not say/],
  ];
  for (const [line, why] of refused) {
    test(`"${line}" is refused where there are several`, () => assert.match(named(line), why));
  }

  test("a single context is named for everything that reaches a cluster", () => {
    const alone = { rules: withKubeconfig(policy, ["kind"]), contexts: ["kind"] };
    for (const [line] of refused.filter(([one]) => !one.includes("--context")))
      assert.equal(named(line, alone), `${line} --context=kind`);
    assert.match(named("get pods", { contexts: ["kind"] }), /only context.*does not name/);
    assert.equal(named("get pods", { contexts: ["shared"] }), "get pods --context=shared");
    assert.match(named("get pods", { contexts: [] }), /no kubeconfig has a context/);
    const both = { rules: withKubeconfig(policy, ["kind"]), contexts: ["kind", "shared"] };
    assert.match(named("get pods --context=kind", both), /kind, which the policy does not name/);
  });

  test("default_context counts where the environment leaves it open, and nowhere else", () => {
    const rules = policyOf(`${RULES}default_context: prod-us\n`);
    for (const line of [
      "get pods",
      "get nodes",
      "get pods -n open",
      "get pods -n production",
      "get pods -n shop",
      "get pods -n both",
    ])
      assert.equal(named(line, { rules }), `${line} --context=prod-us`);
    assert.equal(named("get pods -n staging", { rules }), "get pods -n staging --context=staging-eu");
    assert.match(named("apply -f both.yaml", { rules }), /no context that fits/);
    assert.match(
      named("get pods", { rules, contexts: ["prod-eu", "staging-eu"] }),
      /default_context of the policy is prod-us/,
    );
  });

  test("what reaches no cluster is left as it is", () => {
    for (const line of [
      "config view",
      "config get-contexts",
      "version --client",
      "kustomize .",
      "set image deployment/a a=b --local -f one.yaml",
    ]) {
      assert.equal(needsContexts(planOf(line)), false, line);
      assert.equal(named(line), line);
    }
    for (const line of [
      "version",
      "version --client=false",
      "set image deployment/a a=b --local=false",
      "label --local -f one.yaml a=b",
    ])
      assert.equal(needsContexts(planOf(line)), true, line);
    assert.equal(needsContexts(planOf("config view", "get pods")), true);
  });

  test("the way back is where its step is", () => {
    const of = (line: string, back: string) => named(line, { back });
    assert.equal(
      of("scale deploy/a --replicas=2 -n staging", "scale deploy/a --replicas=1 -n staging"),
      "scale deploy/a --replicas=2 -n staging --context=staging-eu | scale deploy/a --replicas=1 -n staging --context=staging-eu",
    );
    assert.equal(
      of("get pods --context=prod-us -n shop", "get pods -n shop"),
      "get pods --context=prod-us -n shop | get pods -n shop --context=prod-us",
    );
    assert.match(
      of("get pods -n staging", "get pods -n staging --context=prod-eu"),
      /way back.*another context/,
    );
    assert.match(of("get pods --context=prod-us", "get pods --context=prod-eu"), /way back.*another context/);
    assert.equal(
      of("config view", "get pods -n staging"),
      "config view | get pods -n staging --context=staging-eu",
    );
    // In another environment's namespace of the step's cluster: the rules see it, and refuse.
    const done = nameContexts(planOf("get pods -n staging", "get pods -n production"), {
      policy,
      files: FILES,
      contexts: CONTEXTS,
      answers: [],
    });
    assert.ok(done.ok);
    const assessed = assessPlan(done.plan, policy, FILES, []);
    assert.ok(
      !assessed.ok && /staging-eu is one of staging, and the namespace production/.test(assessed.reason),
    );
  });
});

describe("where a command lies by its context", () => {
  const environmentsOf = (line: string): string[] => {
    const assessed = assessPlan(planOf(line), policy, FILES, []);
    assert.ok(assessed.ok, JSON.stringify(assessed));
    return assessed.environments;
  };
  const lies: [line: string, environments: string[]][] = [
    ["get pods -n staging", ["not named in the policy"]],
    ["get pods -n staging --context=staging-eu", ["staging"]],
    ["get pods -n other --context=staging-eu", ["staging"]],
    ["get pods -n shop --context=staging-eu", ["staging"]],
    ["get pods -n shop --context=prod-us", ["production"]],
    ["get nodes --context=prod-us", ["production"]],
    ["get pods -n open --context=shared", ["open"]],
    ["get pods -n staging --context=shared", ["not named in the policy"]],
    // It lies in two, so the rules of both count: four eyes in one are not lost by naming the other's namespace.
    ["get pods -n open --context=prod-eu", ["not named in the policy", "production"]],
    ["get pods -n both --context=prod-eu", ["production"]],
  ];
  for (const [line, environments] of lies) {
    test(`"${line}" lies in ${environments.join(" and ")}`, () =>
      assert.deepEqual(environmentsOf(line), environments));
  }

  test("default_context has to be a context the policy names", () => {
    const parsed = parsePolicy(`${RULES}default_context: mine\n`);
    assert.ok(!parsed.ok);
    assert.match(parsed.faults.join(), /default_context.*no environment has the context mine/);
    assert.ok(parsePolicy(`${RULES}default_context: in-cluster\n`).ok);
    assert.ok(!parsePolicy("version: 1\ndefault_context: in-cluster\n").ok);
    assert.ok(!parsePolicy('version: 1\ncontexts: [a]\ndefault_context: ""\n').ok);
  });

  test("the only context of a kubeconfig is no rule of the file: its hash stays", () => {
    assert.equal(withKubeconfig(policy, ["kind"]).hash, policy.hash);
    assert.equal(withKubeconfig(policy, ["kind", "x"]).onlyContext, undefined);
    assert.equal(withKubeconfig(policy, []).onlyContext, undefined);
  });
});
