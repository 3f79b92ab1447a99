import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { reasonWithoutKubectl, runKubectl } from "#test/support/kubectl.ts";
import { startCluster, type TestCluster } from "./support.ts";

const REPLICAS = "/spec/replicas";
const LIST = "/spec/template/spec/containers";
/** One patch a line; whether it goes, and what comes of it, is the real kubectl's to say. */
const PATCHES = [
  [{ op: "test", path: REPLICAS, value: 2 }],
  [{ op: "test", path: REPLICAS, value: 3 }],
  [{ op: "test", path: "/spec/paused", value: null }],
  [{ op: "test", path: "/spec/paused" }],
  [{ op: "test", path: REPLICAS, value: null }],
  [{ op: "test", path: "/metadata/none/a", value: null }],
  [{ op: "test", path: `${LIST}/1`, value: null }],
  [{ op: "test", path: `${LIST}/0`, value: { name: "web", image: "i:1" } }],
  [{ op: "test", path: `${LIST}/0`, value: { image: "i:1", name: "web" } }],
  [{ op: "test", path: "", value: null }],
  [{ op: "remove", path: "/spec/paused" }],
  [{ op: "replace", path: "/spec/paused", value: true }],
  [{ op: "add", path: "/metadata/none/a", value: "1" }],
  [{ op: "add", path: "/metadata/labels/a", value: "1" }],
  [{ op: "add", path: "/metadata/labels/a~1b~0c", value: "1" }],
  [{ op: "remove", path: "/metadata/labels/app" }],
  [{ op: "add", path: `${LIST}/-`, value: { name: "b", image: "b:1" } }],
  [{ op: "add", path: `${LIST}/0`, value: { name: "b", image: "b:1" } }],
  [{ op: "add", path: `${LIST}/5`, value: { name: "b", image: "b:1" } }],
  [{ op: "replace", path: `${LIST}/7`, value: {} }],
  [{ op: "add", path: `${LIST}/-1`, value: { name: "b", image: "b:1" } }],
  [{ op: "copy", from: REPLICAS, path: "/spec/minReadySeconds" }],
  [{ op: "move", from: REPLICAS, path: "/spec/minReadySeconds" }],
  [{ op: "move", from: "/spec/paused", path: "/spec/minReadySeconds" }],
  [{ op: "bogus", path: REPLICAS, value: 2 }],
  [
    { op: "replace", path: REPLICAS, value: 9 },
    { op: "test", path: REPLICAS, value: 2 },
  ],
  [
    { op: "test", path: REPLICAS, value: 2 },
    { op: "replace", path: REPLICAS, value: 9 },
    { op: "test", path: "/spec/paused", value: null },
  ],
];

const START = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "patched", namespace: "staging", labels: { app: "web" } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: { containers: [{ name: "web", image: "i:1" }] },
    },
  },
};

suite("a JSON patch", () => {
  let cluster: TestCluster;
  let file: string;
  before(async () => {
    cluster = await startCluster();
    file = join(cluster.dir, "start.json");
    await writeFile(file, JSON.stringify(START));
  });
  after(() => cluster.close());

  /** The object after the patch, without what a server adds; null where the patch was refused. */
  async function patched(patch: object[]): Promise<object | null> {
    await cluster.inProcess("delete", "deployment/patched", "-n", "staging", "--ignore-not-found");
    await cluster.inProcess("create", "-f", file);
    const words = [
      "patch",
      "deployment/patched",
      "-n",
      "staging",
      "--type=json",
      "-p",
      JSON.stringify(patch),
    ];
    const { code } = await cluster.inProcess(...words);
    const { out } = await cluster.inProcess("get", "deployment/patched", "-n", "staging", "-o", "json");
    const { metadata, spec, apiVersion, kind } = JSON.parse(out);
    const { name, namespace, labels } = metadata;
    return code === 0
      ? { apiVersion, kind, metadata: { name, namespace, ...(labels && { labels }) }, spec }
      : null;
  }

  test("does what the real kubectl does with it", { skip: reasonWithoutKubectl() }, async () => {
    for (const patch of PATCHES) {
      const words = [
        "patch",
        "--local",
        "-f",
        file,
        "--type=json",
        "-p",
        JSON.stringify(patch),
        "-o",
        "json",
      ];
      const real = await runKubectl(words);
      const said = JSON.stringify(patch);
      // The client keeps an empty map, and the count that is not there; the server does neither.
      const expected = real.code === 0 ? served(JSON.parse(real.stdout)) : null;
      assert.deepEqual(await patched(patch), expected, said);
    }
  });

  test("is refused as a whole, in the server's words", async () => {
    const before = await cluster.inProcess("get", "deployment/web", "-n", "staging", "-o", "json");
    const patch = [
      { op: "replace", path: REPLICAS, value: 9 },
      { op: "test", path: "/spec/paused", value: true },
    ];
    const words = ["patch", "deployment/web", "-n", "staging", "--type=json", "-p", JSON.stringify(patch)];
    const { code, err } = await cluster.inProcess(...words);
    const refused =
      "The request is invalid: the server rejected our request due to an error in our request\n";
    assert.deepEqual([code, err], [1, refused]);
    assert.equal(
      (await cluster.inProcess("get", "deployment/web", "-n", "staging", "-o", "json")).out,
      before.out,
    );
  });
});

function served(object: typeof START): object {
  const { labels, ...metadata } = object.metadata;
  const marks = Object.keys(labels).length === 0 ? {} : { labels };
  return {
    ...object,
    metadata: { ...metadata, ...marks },
    spec: { ...object.spec, replicas: object.spec.replicas ?? 1 },
  };
}
