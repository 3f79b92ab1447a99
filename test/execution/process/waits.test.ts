import assert from "node:assert/strict";
import { test } from "node:test";
import { explainWait, readWait } from "#execution/process/waits.ts";

const TIMED_OUT = "error: timed out waiting for the condition";

const cases: [line: string, isLate: boolean, out: string[], err: string[], said: RegExp | null][] = [
  [
    "rollout status deployment/web",
    true,
    ['Waiting for deployment "web" rollout to finish: 1 of 3 updated replicas are available...'],
    [],
    /^The rollout was not finished in the time given, still at 1 of 3 updated replicas are available\./,
  ],
  [
    "rollout status deployment/web --timeout=5s",
    false,
    ['Waiting for deployment "web" rollout to finish: 2 out of 4 new replicas have been updated...'],
    [TIMED_OUT],
    /still at 2 out of 4 new replicas have been updated\. It may only be slow/,
  ],
  [
    "rollout status deployment/web --timeout=5s",
    false,
    ['Waiting for deployment "web" rollout to finish: 1 old replicas are pending termination...'],
    [TIMED_OUT],
    /still at 1 old replicas are pending termination\./,
  ],
  [
    "rollout status daemonset/log --timeout=5s",
    false,
    ['Waiting for daemon set "log" rollout to finish: 3 out of 5 new pods have been updated...'],
    [TIMED_OUT],
    /still at 3 out of 5 new pods have been updated\./,
  ],
  [
    "rollout status statefulset/db --timeout=5s",
    false,
    ["Waiting for 2 pods to be ready..."],
    [TIMED_OUT],
    /still waiting for 2 pods to be ready\./,
  ],
  [
    "rollout status statefulset/db --timeout=5s",
    false,
    ["waiting for statefulset rolling update to complete 1 pods at revision db-6f..."],
    [TIMED_OUT],
    /still at 1 pods updated\./,
  ],
  [
    "wait pod/a --for=condition=Ready --timeout=5s",
    false,
    [],
    [`${TIMED_OUT} on pods/a`],
    /^What it waited for was not finished in the time given\. It may only be slow/,
  ],
  [
    "rollout status deployment/web",
    false,
    [],
    ['error: deployment "web" exceeded its progress deadline'],
    null,
  ],
  ["rollout status deployment/web", false, [], ['Error from server (NotFound): x "web" not found'], null],
  // Words that are not kubectl's own end of a wait.
  ["rollout status deployment/web", false, [TIMED_OUT], [], null],
];

for (const [line, isLate, out, err, said] of cases) {
  test(`${line}${isLate ? ", ended at its deadline" : ""}: ${said === null ? "nothing is said of its time" : said.source.slice(0, 60)}`, () => {
    const wait = readWait({ tool: "kubectl", args: line.split(" "), dir: "" });
    assert.ok(wait);
    const found = explainWait(wait, isLate ? { isLate: true } : {}, { out, err });
    if (said === null) assert.equal(found, null);
    else assert.match(found ?? "", said);
  });
}

test("only a rollout's status and a wait are waits", () => {
  for (const line of [
    "get pods",
    "rollout undo deployment/a",
    "delete pod a --wait",
    "scale deployment/wait --replicas=1",
  ])
    assert.equal(readWait({ tool: "kubectl", args: line.split(" "), dir: "" }), null, line);
  assert.equal(readWait({ tool: "terraform", args: ["plan"], dir: "" }), null);
});
