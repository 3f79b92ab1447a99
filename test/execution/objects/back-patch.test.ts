import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { backPatch } from "#execution/objects/back-patch.ts";
import { differencesOf, isSame } from "#execution/objects/differences.ts";
import { ClusterObject } from "#execution/previews/object-changes.ts";

const DEPLOYMENT = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "payment-api", namespace: "production", labels: { app: "payment-api" } },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: "payment-api" } },
    template: {
      metadata: { labels: { app: "payment-api" } },
      spec: {
        containers: [
          { name: "app", image: "registry/app:1", env: [{ name: "MODE", value: "a" }], resources: {} },
          { name: "proxy", image: "registry/proxy:1", resources: {} },
        ],
      },
    },
  },
};

/** What a step made of it: one change each, named for what it does. */
const STEPS: Record<string, (object: typeof DEPLOYMENT) => unknown> = {
  scale: (one) => ({ ...one, spec: { ...one.spec, replicas: 5 } }),
  "set image": (one) => withContainer(one, 0, { image: "registry/app:2" }),
  "both images": (one) => withContainer(withContainer(one, 0, { image: "x:2" }), 1, { image: "y:2" }),
  "set env": (one) => withContainer(one, 0, { env: [{ name: "MODE", value: "b" }] }),
  "set env, one more": (one) =>
    withContainer(one, 0, {
      env: [
        { name: "MODE", value: "a" },
        { name: "MORE", value: "1" },
        { name: "MOST", value: "2" },
      ],
    }),
  "set env, one in front": (one) =>
    withContainer(one, 0, {
      env: [
        { name: "FIRST", value: "1" },
        { name: "MODE", value: "z" },
      ],
    }),
  "env gone": (one) => withContainer(one, 0, { env: undefined }),
  "env of a container that had none": (one) => withContainer(one, 1, { env: [{ name: "A", value: "1" }] }),
  limits: (one) => withContainer(one, 0, { resources: { limits: { cpu: "1", memory: "1Gi" } } }),
  label: (one) => ({ ...one, metadata: { ...one.metadata, labels: { app: "payment-api", "a/b": "c~d" } } }),
  "label gone": (one) => ({ ...one, metadata: { ...one.metadata, labels: {} } }),
  "no labels": (one) => ({ ...one, metadata: { ...one.metadata, labels: undefined } }),
  "first annotation": (one) => ({ ...one, metadata: { ...one.metadata, annotations: { "a/b": "c" } } }),
  restart: (one) =>
    withTemplate(one, { metadata: { labels: { app: "payment-api" }, annotations: { at: "1" } } }),
  pause: (one) => ({ ...one, spec: { ...one.spec, paused: true } }),
  "a container more": (one) => withContainers(one, [...containersOf(one), { name: "late", image: "l:1" }]),
  "a container in front": (one) =>
    withContainers(one, [{ name: "early", image: "e:1" }, ...containersOf(one)]),
  "a container less": (one) => withContainers(one, containersOf(one).slice(1)),
  "containers exchanged": (one) => withContainers(one, containersOf(one).toReversed()),
  "one more and one changed": (one) =>
    withContainers(withContainer(one, 1, { image: "registry/proxy:2" }), [
      { name: "early", image: "e:1" },
      ...containersOf(withContainer(one, 1, { image: "registry/proxy:2" })),
      { name: "late", image: "l:1" },
    ]),
  arguments: (one) => withContainer(one, 0, { args: ["--a", "--b"] }),
  "node selector": (one) =>
    withTemplate(one, { spec: { ...one.spec.template.spec, nodeSelector: { disk: "ssd" } } }),
};

/** The real one of this machine, whose library reads the patch as the server does. */
const KUBECTL = ["/usr/bin/kubectl", "/usr/local/bin/kubectl"].find((path) => existsSync(path)) ?? "";
const skip = KUBECTL === "" ? "there is no kubectl here" : false;

describe("The patch that takes a step back", { skip }, () => {
  for (const [name, change] of Object.entries(STEPS)) {
    it(`brings back exactly what was there, by kubectl's own hand: ${name}`, () => {
      const { before, after } = states(change);
      const differences = differencesOf(before, after);
      assert.ok(differences.length > 0);
      const back = patched(after, backPatch(differences));
      assert.deepEqual(differencesOf(before, back), []);
      assert.ok(isSame(withoutEmpty(back), withoutEmpty(before)), JSON.stringify(back));
    });
    it(`is refused as a whole once somebody changed the same: ${name}`, () => {
      const { before, after } = states(change);
      const patch = backPatch(differencesOf(before, after));
      // What it tests is where somebody may have been: one of them exchanged is enough.
      for (const { path } of patch.filter(({ op }) => op === "test")) {
        const touched = patched(after, [{ op: "add", path, value: otherThan(patch, path) }], false);
        if (touched === null) continue;
        assert.equal(patched(touched, patch, false), null, `${name}: ${path}`);
      }
    });
  }

  it("leaves alone what others changed elsewhere", () => {
    const { before, after } = states(STEPS["set image"] as (one: typeof DEPLOYMENT) => unknown);
    const since = ClusterObject.parse({ ...after, spec: { ...(after["spec"] as object), replicas: 9 } });
    const back = patched(since, backPatch(differencesOf(before, after)));
    assert.deepEqual(
      differencesOf(before, back ?? before).map(({ path, after: now }) => [path, now]),
      [[["spec", "replicas"], 9]],
    );
  });
});

function states(change: (object: typeof DEPLOYMENT) => unknown): Record<"before" | "after", ClusterObject> {
  const copy = (value: unknown) => ClusterObject.parse(JSON.parse(JSON.stringify(value)));
  return { before: copy(DEPLOYMENT), after: copy(change(DEPLOYMENT)) };
}

function otherThan(patch: ReturnType<typeof backPatch>, path: string): unknown {
  const value = patch.find((one) => one.op === "test" && one.path === path)?.value;
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  if (Array.isArray(value)) return [];
  // An object that differs in a value: nothing at all is refused too, and is no other value.
  if (typeof value === "object" && value !== null) return { other: "value" };
  return path.endsWith("/labels") || path.endsWith("/annotations") ? { other: "value" } : "other";
}

/** What kubectl makes of it, without a server; null when it refuses. */
function patched(object: ClusterObject, patch: unknown, mustWork?: true): ClusterObject;
function patched(object: ClusterObject, patch: unknown, mustWork: false): ClusterObject | null;
function patched(object: ClusterObject, patch: unknown, mustWork = true): ClusterObject | null {
  const dir = mkdtempSync(join(tmpdir(), "back-patch-"));
  writeFileSync(join(dir, "object.json"), JSON.stringify(object));
  writeFileSync(join(dir, "patch.json"), JSON.stringify(patch));
  const args = [
    "patch",
    "--local",
    "-f",
    "object.json",
    "--type=json",
    "--patch-file=patch.json",
    "-o",
    "json",
  ];
  const { status, stdout, stderr } = spawnSync(KUBECTL, args, { cwd: dir, encoding: "utf8" });
  if (mustWork) assert.equal(status, 0, stderr);
  return status === 0 ? ClusterObject.parse(JSON.parse(stdout)) : null;
}

/** An empty map, and what is null or filled in by kubectl's own types, is the same as none. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value)
    .filter(([key]) => key !== "status" && key !== "creationTimestamp" && key !== "strategy")
    .map(([key, part]) => [key, withoutEmpty(part)] as const)
    .filter(
      ([, part]) => part !== null && !(typeof part === "object" && Object.keys(part as object).length === 0),
    );
  return Object.fromEntries(fields);
}

type Container = Record<string, unknown>;

function containersOf(one: typeof DEPLOYMENT): Container[] {
  return one.spec.template.spec.containers;
}

function withContainers(one: typeof DEPLOYMENT, containers: Container[]): typeof DEPLOYMENT {
  return withTemplate(one, { spec: { ...one.spec.template.spec, containers } });
}

function withContainer(one: typeof DEPLOYMENT, at: number, set: Container): typeof DEPLOYMENT {
  return withContainers(
    one,
    containersOf(one).map((container, index) => (index === at ? { ...container, ...set } : container)),
  );
}

function withTemplate(one: typeof DEPLOYMENT, set: Record<string, unknown>): typeof DEPLOYMENT {
  const template = { ...one.spec.template, ...set } as typeof one.spec.template;
  return { ...one, spec: { ...one.spec, template } };
}
