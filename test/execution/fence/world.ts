import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Step } from "#change/plan.ts";
import type { BoundPlan } from "#change/preview.ts";
import { type Held, whyHeld } from "#execution/fence/fence.ts";
import { amongEarlier, type EarlierStates } from "#execution/objects/among-earlier.ts";
import { keepStates } from "#execution/objects/kept-states.ts";
import { previewKubectl } from "#execution/previews/kubectl.ts";
import type { Look } from "#execution/previews/look.ts";
import { type ClusterObject, readField } from "#execution/previews/object-changes.ts";
import { restingOn } from "#execution/previews/resting-on.ts";
import { builtInPolicy } from "#policy/document.ts";
import { readKubectl } from "#policy/kubectl/line.ts";
import { createRedact } from "#redact/redact.ts";
import { aPlan } from "#test/support/changes.ts";

/** A cluster as looks see it. `dry` is what the server answers to a dry run, by the objects there; a text is its error. */
export type World = {
  objects: ClusterObject[];
  dry: (args: readonly string[], objects: readonly ClusterObject[]) => ClusterObject[] | string;
  /** Every look, as it was asked. */
  looks: string[];
};

/** The plan as it was previewed in this world, with what was kept of it. */
export type Previewed = { bound: BoundPlan; steps: Step[]; hold(step: number): Promise<Held | null> };

/** Previews the steps, one after the other, in the world as it is. */
export async function previewed(world: World, steps: readonly Step[]): Promise<Previewed> {
  const kept = new Map<number, Buffer>();
  const deps = {
    policy: builtInPolicy,
    redact: createRedact([]),
    keepStates: async ({ step }: { step: number }, { bytes }: { bytes: Buffer }) => {
      kept.set(step, bytes);
    },
    openStates: async ({ step }: { step: number }) => kept.get(step) ?? null,
  };
  const look = lookIn(world);
  const [done, states, previews]: [
    Step[],
    { step: number; sha256: string }[],
    Parameters<typeof restingOn>[0][number][],
  ] = [[], [], []];
  const earlier: EarlierStates = [];
  for (const [index, one] of steps.entries()) {
    const step = { ...one, step: index + 1 };
    const read = readKubectl(step.args);
    assert.ok(read.ok, JSON.stringify(read));
    const seen = await previewKubectl(step, read.line, index > 0, look, deps.redact);
    assert.ok(seen.ok, JSON.stringify(seen));
    const own = amongEarlier(seen.states, read.line, earlier);
    states.push(...(await keepStates(deps, { changeId: "c", revision: 1, step: step.step }, own)));
    done.push(seen.step);
    previews.push(seen.preview);
  }
  const shown = restingOn(previews);
  const bindings = {
    files: [],
    savedPlans: [],
    targets: [],
    states,
    ...(shown.length === 0 ? {} : { shown }),
  };
  const bound: BoundPlan = { revision: 1, plan: aPlan(done), bindings, digest: "" };
  world.looks.length = 0;
  const hold = (number: number) => {
    const step = done[number - 1];
    assert.ok(step);
    return whyHeld(deps, { changeId: "c", bound, step, files: null }, lookIn(world));
  };
  return { bound, steps: done, hold };
}

function lookIn(world: World): Look {
  return async (args) => {
    world.looks.push(args.join(" "));
    const answer = args[0] === "get" ? found(world, args) : world.dry(args, world.objects);
    if (typeof answer === "string") return { ok: false, problem: answer };
    return { ok: true, stdout: answer.map((one) => JSON.stringify(one, null, 1)).join("\n") };
  };
}

/** By the names in TYPE/NAME; of a kind alone or a file, all there are. */
function found({ objects }: World, args: readonly string[]): ClusterObject[] {
  const names = args.flatMap((word) => (/^[a-z.]+\/./.test(word) ? [word.slice(word.indexOf("/") + 1)] : []));
  const seen = names.length === 0 ? objects : objects.filter(({ metadata }) => names.includes(metadata.name));
  const isShown = args.includes("--show-managed-fields");
  return seen.map((one) => {
    const { managedFields, ...metadata } = one.metadata;
    return isShown ? one : { ...one, metadata };
  });
}

/** A deployment, with fields that are given. */
export function aDeployment(name: string, spec: { replicas?: number; image?: string } = {}): ClusterObject {
  const { replicas = 3, image = `${name}:1` } = spec;
  const template = { metadata: { labels: { app: name } }, spec: { containers: [{ name: "app", image }] } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "staging", uid: `uid-of-${name}`, resourceVersion: "1" },
    spec: { replicas, selector: { matchLabels: { app: name } }, template },
    status: { readyReplicas: replicas },
  };
}

/** The object with another value at a path; list items go by their names. */
export function withField(object: ClusterObject, path: string, value: unknown): ClusterObject {
  return put(structuredClone(object), path.split("/"), value) as ClusterObject;
}

function put(at: unknown, [name = "", ...rest]: string[], value: unknown): unknown {
  if (Array.isArray(at)) {
    const isThere = at.some((item) => readField(item, ["name"]) === name);
    const items: unknown[] = isThere ? at : [...at, { name }];
    return items.map((item) =>
      readField(item, ["name"]) !== name ? item : rest.length === 0 ? value : put(item, rest, value),
    );
  }
  const fields = typeof at === "object" && at !== null ? { ...at } : {};
  const below = (fields as Record<string, unknown>)[name];
  return { ...fields, [name]: rest.length === 0 ? value : put(below, rest, value) };
}

/** Somebody else's write, as the server's book has it. */
export function setBy(object: ClusterObject, manager: string, fieldsV1: object): ClusterObject {
  const managedFields = [{ manager, operation: "Update", time: "2026-11-30T12:03:00Z", fieldsV1 }];
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

/** Exchanges an object of the world for another of its name. */
export function replace(world: World, object: ClusterObject): void {
  const before = world.objects.find(({ metadata }) => metadata.name === object.metadata.name);
  assert.ok(before !== undefined && !isDeepStrictEqual(before, object), "nothing would be changed");
  world.objects = world.objects.map((one) => (one === before ? object : one));
}
