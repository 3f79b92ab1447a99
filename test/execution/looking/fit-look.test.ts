import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fitLook, LOOK_CHARS, withTail } from "#execution/looking/fit-look.ts";

const kubectl = (line: string) => ({ tool: "kubectl" as const, args: line.split(" "), dir: "" });
const table = (rows: number): string =>
  ["NAME READY STATUS", ...Array.from({ length: rows }, (_, at) => `web-${at} 1/1 Running`)].join("\n");

const POD = `apiVersion: v1
kind: Pod
metadata:
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: |
      {"apiVersion":"v1","kind":"Pod"}
    team: shop
  managedFields:
  - apiVersion: v1
    fieldsV1:
      f:metadata: {}
    manager: kubectl
  name: web-1
  namespace: shop
  resourceVersion: "12"
  uid: 1-2-3
spec:
  containers:
  - image: web:1
    name: web
status:
  conditions:
  - status: "False"
    lastProbeTime: null
    type: Ready
  containerStatuses:
  - image: web:1
    imageID: sha256:abc
    restartCount: 7
    state:
      waiting:
        reason: CrashLoopBackOff
  hostIP: 10.0.0.1
  phase: Running`;

describe("what a look tells the model", () => {
  it("is a table as it was printed", () => {
    assert.equal(fitLook(kubectl("get pods -n shop"), `${table(3)}\n`), table(3));
    assert.equal(fitLook(kubectl("get pods -n shop"), " \n"), "It printed nothing.");
  });

  it("counts what is cut of a table, and says how to narrow it", () => {
    const text = fitLook(kubectl("get pods -n shop"), table(1_000));
    assert.ok(text.length <= LOOK_CHARS, `${text.length}`);
    const shown = text.split("\n").length - 1;
    assert.match(
      text,
      new RegExp(`${1_001 - shown} lines of it are left out\\. Narrow it with .*--field-selector`),
    );
    assert.match(text.split("\n")[shown - 1] ?? "", /^web-\d+ 1\/1 Running$/);
  });

  it("leaves out of an object what only servers read, in YAML and in JSON", () => {
    const yaml = fitLook(kubectl("get pod web-1 -n shop -o yaml"), POD);
    const json = fitLook(
      kubectl("get pod web-1 -n shop -o json"),
      JSON.stringify({
        kind: "Pod",
        metadata: {
          name: "web-1",
          uid: "1-2-3",
          managedFields: [{ manager: "kubectl" }],
          annotations: { team: "shop", "kubectl.kubernetes.io/last-applied-configuration": "{}" },
        },
        status: {
          phase: "Running",
          hostIP: "10.0.0.1",
          containerStatuses: [
            { imageID: "sha256:abc", restartCount: 7, state: { waiting: { reason: "CrashLoopBackOff" } } },
          ],
        },
      }),
    );
    for (const text of [yaml, json]) {
      assert.doesNotMatch(
        text,
        /managedFields|manager|last-applied|1-2-3|imageID|hostIP|lastProbeTime|resourceVersion/,
      );
      for (const kept of ["web-1", "shop", "CrashLoopBackOff", "restartCount", "Running"])
        assert.match(text, new RegExp(kept));
    }
    assert.match(yaml, /^ {4}team: shop$/m);
    assert.match(yaml, /^ {2}- image: web:1$/m);
    assert.match(yaml, /^ {2}phase: Running$/m);
  });

  it("keeps a field of that name where it is somebody's own", () => {
    const map =
      "kind: ConfigMap\ndata:\n  uid: mine\n  images: all\n  text: |\n    metadata:\n      uid: inside\n    status:\n      hostIP: inside\nmetadata:\n  name: a";
    assert.equal(fitLook(kubectl("get cm a -n shop -o yaml"), map), map);
    const list =
      "kind: List\nitems:\n- metadata:\n    managedFields:\n    - manager: x\n    name: a\n- metadata:\n    name: b\n    uid: u";
    assert.equal(
      fitLook(kubectl("get cm -n shop -o yaml"), list),
      "kind: List\nitems:\n- metadata:\n    name: a\n- metadata:\n    name: b",
    );
  });

  it("folds lines of a log that differ in numbers alone, and counts them", () => {
    const log = Array.from({ length: 50 }, (_, at) => `2026-12-01T01:00:${at} GET /health 200 ${at}ms`);
    const text = fitLook(kubectl("logs web-1 -n shop"), [...log, "listening", "panic: no route"].join("\n"));
    assert.equal(text, `${log[0]} (50 such lines in a row)\nlistening\npanic: no route`);
  });

  it("keeps the lines of a long log in which something went wrong, then the last ones", () => {
    const log = Array.from({ length: 2_000 }, (_, at) =>
      at % 400 === 7
        ? `step ${"abcdefgh"[at % 8]}${at} failed: disk`
        : `word${"abcdefghij"[at % 10]} ${"x".repeat(at % 30)}`,
    );
    const text = fitLook(kubectl("logs web-1 -n shop --tail=2000"), log.join("\n"));
    assert.ok(text.length <= LOOK_CHARS, `${text.length}`);
    assert.equal(text.match(/failed: disk/g)?.length, 5);
    assert.ok(text.includes(`\n${log.at(-1)}\n`));
    const left = [...text.matchAll(/^… (\d+) lines? left out$/gm)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    );
    assert.match(text, new RegExp(`\n… ${left} lines of it are left out\\. Narrow it with --since`));
    const shown = text.split("\n").filter((line) => !line.startsWith("…"));
    assert.equal(shown.length + left, 2_000);
  });

  it("holds the bound whatever is printed", () => {
    for (const line of [
      "logs web-1 -n shop",
      "get pods -n shop",
      "get pods -n shop -o json",
      "get pods -n shop -o yaml",
    ])
      for (const text of [
        "x".repeat(50_000),
        `error ${"y".repeat(50_000)}`,
        `${"é\n".repeat(20_000)}`,
        `"${"\\u0000".repeat(9_000)}"`,
      ]) {
        const told = fitLook(kubectl(line), text);
        assert.ok(told.length <= LOOK_CHARS && told.length > 20, `${line}: ${told.length}`);
        if (!line.startsWith("logs")) assert.match(told, /left out\. Narrow it/);
      }
  });
});

describe("a look at logs", () => {
  it("asks for the last 200 lines where it does not say how many", () => {
    const argsOf = (line: string) => withTail(kubectl(line)).args.join(" ");
    assert.equal(argsOf("logs web-1 -n shop"), "logs web-1 -n shop --tail=200");
    assert.equal(argsOf("logs web-1 -n shop --tail 5"), "logs web-1 -n shop --tail 5");
    assert.equal(argsOf("get pods -n shop"), "get pods -n shop");
  });
});
