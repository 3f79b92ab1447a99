import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { PlannerOutput } from "#change/plan.ts";
import { review } from "#playground/model/review.ts";
import { examples, planFor as planTalk } from "#playground/model/rules.ts";

const planFor = (
  request: string,
  answers: [question: string, answer: string][] = [],
  wishes: string[] = [],
) => planTalk({ request, answers: answers.map(([question, answer]) => ({ question, answer })), wishes });

/** The plan's command lines; a rollback after `<-`, a directory after `@`. */
function lines(request: string): string[] {
  const answer = PlannerOutput.parse(planFor(request));
  return answer.plan.map(({ tool, args, dir, rollback }) =>
    [
      tool,
      ...args,
      ...(dir === "" ? [] : [`@${dir}`]),
      ...(rollback === null ? [] : ["<-", ...rollback.args]),
    ].join(" "),
  );
}

suite("what the playground's planner understands", () => {
  const wait = (name: string, ns: string) =>
    `kubectl rollout status deployment/${name} -n ${ns} --timeout=30s`;
  const scaled = (name: string, to: number, ns: string, back = 3) => [
    `kubectl scale deployment/${name} --replicas=${to} -n ${ns} <- scale deployment/${name} --replicas=${back} -n ${ns}`,
    wait(name, ns),
  ];
  const restarted = (name: string, ns: string) => [
    `kubectl rollout restart deployment/${name} -n ${ns} <- rollout undo deployment/${name} -n ${ns}`,
    wait(name, ns),
  ];
  const imaged = (name: string, image: string, ns: string) => [
    `kubectl set image deployment/${name} ${name}=${image} -n ${ns} <- rollout undo deployment/${name} -n ${ns}`,
    wait(name, ns),
  ];
  const applied = ["terraform apply -input=false -auto-approve @network"];
  const cases: Record<string, string[]> = {
    "scale payment-api to 5 replicas in production": scaled("payment-api", 5, "production"),
    "Please scale up `payment-api` from 2 to five pods in PROD.": scaled("payment-api", 5, "production", 2),
    "set the replicas of web to 4 in staging": scaled("web", 4, "staging"),
    "run 6 replicas of the checkout deployment on staging": scaled("checkout", 6, "staging"),
    "restart checkout in staging": restarted("checkout", "staging"),
    "could you bounce the production checkout?": restarted("checkout", "production"),
    "set the image of web to registry.example/web:2.5.0 in staging": imaged(
      "web",
      "registry.example/web:2.5.0",
      "staging",
    ),
    "update web to registry.example:5000/team/web:v2 in production": imaged(
      "web",
      "registry.example:5000/team/web:v2",
      "production",
    ),
    "deploy nginx:1.27 to web in staging": imaged("web", "nginx:1.27", "staging"),
    "undo the last rollout of web in staging": [
      "kubectl rollout undo deployment/web -n staging <- rollout undo deployment/web -n staging",
      wait("web", "staging"),
    ],
    "roll web back to revision 2 in staging": [
      "kubectl rollout undo deployment/web -n staging --to-revision=2 <- rollout undo deployment/web -n staging",
      wait("web", "staging"),
    ],
    "delete the deployment legacy-report in production": [
      "kubectl delete deployment legacy-report -n production",
    ],
    "remove the service web in staging": ["kubectl delete service web -n staging"],
    "show me the pods in production": ["kubectl get pods -o wide -n production"],
    "list deployments": ["kubectl get deployments -o wide -n default"],
    "what's running in staging?": ["kubectl get deployments -o wide -n staging"],
    "get the last 20 lines of the logs of web in staging": [
      "kubectl logs deployment/web --tail=20 -n staging",
    ],
    "show the status of checkout in production": ["kubectl describe deployment/checkout -n production"],
    "apply the manifest manifests/greeter.yaml": ["kubectl apply -f manifests/greeter.yaml"],
    "apply the terraform root network": applied,
    "apply terraform in network": applied,
    "plan terraform in network": ["terraform plan -input=false @network"],
    "scale web to 4 in staging, then restart checkout": [
      ...scaled("web", 4, "staging"),
      ...restarted("checkout", "staging"),
    ],
    "scale web to 2 in staging and restart checkout in production": [
      ...scaled("web", 2, "staging"),
      ...restarted("checkout", "production"),
    ],
    "restart web in staging and production": [
      ...restarted("web", "staging"),
      ...restarted("web", "production"),
    ],
    "restart prod-db in namespace data": restarted("prod-db", "data"),
  };
  for (const [request, expected] of Object.entries(cases))
    test(request, () => assert.deepEqual(lines(request), expected));

  test("risk follows the step: reading is low, changing medium, taking away high", () => {
    const risks = {
      "show pods": "low",
      "restart web in staging": "medium",
      "scale web to 2 in staging": "medium",
      "scale web to 0 in staging": "high",
      "delete deployment web in staging": "high",
      "apply terraform in network": "high",
      "plan terraform in network": "low",
      "show pods, then delete web in staging": "high",
    };
    for (const [request, risk] of Object.entries(risks))
      assert.equal(planFor(request).risk_level, risk, request);
  });

  test("every example of its own list is understood", () => {
    const requests = examples.flatMap((example) => example.replaceAll(/ \[.*?\]/g, "").split(" | "));
    for (const request of [
      requests[0] ?? "",
      ...requests.filter((one) => one.includes(" ") && !/^(deployments|services|status)/.test(one)),
    ])
      assert.notEqual(planFor(request).plan.length, 0, request);
  });

  test("what is ambiguous is asked about, and the answers make the plan", () => {
    const bare = planFor("scale payment-api");
    assert.deepEqual(bare.plan, []);
    assert.deepEqual(bare.questions, ["How many replicas should payment-api have?", "Which environment?"]);
    assert.deepEqual(bare.choices[1], ["production", "staging"]);
    const said: [string, string][] = bare.questions.map((question, index) => [
      question,
      index === 0 ? "five" : "prod",
    ]);
    assert.deepEqual(planFor("scale payment-api", said).plan[0]?.args, [
      "scale",
      "deployment/payment-api",
      "--replicas=5",
      "-n",
      "production",
    ]);
    const place = planFor("restart checkout").questions;
    assert.deepEqual(place, ["Which environment?"]);
    assert.ok(
      planFor("restart checkout", [["Which environment?", "staging"]]).plan[0]?.args.includes("staging"),
    );
    assert.ok(planFor("restart checkout", [["Which environment?", "data"]]).plan[0]?.args.includes("data"));
    assert.deepEqual(planFor("show the pods").questions, []);
  });

  test("a wish makes another plan of the request", () => {
    const request = "scale web to 4 in production";
    const args = (...wishes: string[]) =>
      planFor(request, [], wishes).plan.map((step) => step.args.join(" "));
    assert.match(args("use 2 instead")[0] ?? "", /--replicas=2 -n production/);
    assert.match(args("in staging instead")[0] ?? "", /--replicas=4 -n staging/);
    assert.match(
      args("use 2 instead", "also restart it")[2] ?? "",
      /rollout restart deployment\/web -n production/,
    );
    assert.match(args("scale checkout to 3")[0] ?? "", /checkout --replicas=3 -n production/);
    const answered: [string, string][] = [
      ["How many replicas should web have?", "4"],
      ["Which environment?", "production"],
    ];
    const after = planFor("scale web", answered, ["use 2 instead"]).plan[0]?.args ?? [];
    assert.match(after.join(" "), /--replicas=2 -n production/);
    const unclear = planFor(request, [], ["be careful"]);
    assert.equal(unclear.questions.length, 1);
    const told = planFor(request, [[unclear.questions[0] ?? "", "use 2 instead"]], ["be careful"]);
    assert.ok(told.plan[0]?.args.includes("--replicas=2"));
  });

  test("anything else is declined with the list of what it knows", () => {
    const strange = [
      "",
      "make it faster",
      "don't delete the deployment web",
      "delete everything",
      "scale it to 5",
      "scale web to 4 and make coffee",
      "restart web; rm -rf /",
      "drop the database in production",
      "scale web to 5 in the constructor namespace --all",
      "x".repeat(5_000),
    ];
    for (const request of strange) {
      const answer = PlannerOutput.parse(planFor(request));
      assert.deepEqual([answer.plan, answer.questions], [[], []], request);
      assert.match(answer.summary, /rule-based model does not understand/);
      assert.match(answer.summary, /• restart checkout in staging/);
    }
  });
});

suite("what the playground's reviewer says", () => {
  const scale = ["kubectl", "scale", "deployment/web", "--replicas=5"];
  const status = ["kubectl", "rollout", "status", "deployment/web"];
  const remove = ["kubectl", "delete", "deployment", "web"];
  const cases: [string, [string[], string, string?][], string, RegExp][] = [
    [
      "all done",
      [
        [scale, "done"],
        [status, "done"],
      ],
      "approved",
      /^All 2 steps ended well/,
    ],
    [
      "a failure after a change",
      [
        [scale, "done"],
        [status, "failed"],
      ],
      "rollback",
      /failed: timed out\. Taking back step 1/,
    ],
    [
      "a failure at the first step",
      [
        [scale, "failed"],
        [status, "not run"],
      ],
      "needs_human",
      /nothing to roll back\.$/,
    ],
    [
      "a failure after reading only",
      [
        [status, "done"],
        [scale, "failed"],
      ],
      "needs_human",
      /nothing to roll back\.$/,
    ],
    [
      "a failure after what cannot be taken back",
      [
        [remove, "done"],
        [scale, "failed"],
      ],
      "needs_human",
      /cannot be taken back/,
    ],
    ["an unknown end", [[scale, "unknown"]], "needs_human", /Nobody knows how step 1/],
    [
      "a stop in the middle",
      [
        [scale, "done"],
        [status, "not run"],
      ],
      "needs_human",
      /stopped before its end/,
    ],
    [
      "a way back that failed",
      [
        [scale, "done"],
        [scale, "failed", "rollback"],
      ],
      "needs_human",
      /^The way back stopped/,
    ],
    ["nothing at all", [], "needs_human", /no steps/],
  ];
  for (const [name, steps, result, notes] of cases)
    test(`${name}: ${result}`, () => {
      const outcome = {
        steps: steps.map(([argv, outcome, direction = "forward"], index) => ({
          step: index + 1,
          argv,
          outcome,
          direction,
          output: "Waiting\ntimed out",
        })),
      };
      const verdict = review(outcome);
      assert.equal(verdict.result, result);
      assert.match(verdict.notes, notes);
    });

  test("a prompt without a readable block is left to a person", () => {
    assert.equal(review(null).result, "needs_human");
    assert.equal(review({ steps: "many" }).result, "needs_human");
    assert.equal(review({ steps: [null, 3] }).result, "needs_human");
  });
});
