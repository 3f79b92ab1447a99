import type { KubeObject } from "#playground/cluster/state.ts";
import { holds, valueAt } from "#playground/cluster/stories/conditions.ts";
import { held } from "#test/restoring/compare.ts";
import type { Check } from "./check.ts";

/** A Terraform state: the attributes of each resource by its address, and the outputs, as `show -json` has them. */
export type RootState = {
  resources: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  outputs: Readonly<Record<string, unknown>>;
};

/** All that stands at one moment: objects by their ref, the names of each deployment's pods, states by their directory. */
export type World = {
  objects: ReadonlyMap<string, KubeObject>;
  pods: ReadonlyMap<string, readonly string[]>;
  roots: ReadonlyMap<string, RootState>;
};

/** Where two worlds differ: the object, or the root and its resource, and the words of the path below it. */
export type Difference = { of: string; path: string[] };

/** Notes that kubectl writes by itself, whatever was asked for. */
const KUBECTLS = ["kubectl.kubernetes.io/last-applied-configuration", "kubernetes.io/change-cause"];

/** Whether a check holds now. */
export function isSo(check: Check, before: World, now: World): boolean {
  if ("object" in check) {
    if (check.restarted === true) return isRestarted(check.object, before, now);
    const object = now.objects.get(check.object);
    return holds(check, check.path === undefined ? object : valueAt(object, check.path));
  }
  const root = now.roots.get(check.root);
  if (check.output !== undefined) {
    const value = root?.outputs[check.output];
    return holds(check, check.path === undefined ? value : valueAt(value, check.path));
  }
  const resource = root?.resources.get(check.resource ?? "");
  if (check.replaced === undefined)
    return holds(check, check.path === undefined ? resource : valueAt(resource, check.path));
  const former = before.roots.get(check.root)?.resources.get(check.resource ?? "");
  const isThere = resource !== undefined && former !== undefined;
  return isThere && (resource["id"] !== former["id"]) === check.replaced;
}

/** Where two worlds differ, but for what a cluster keeps up by itself. Items of a list go by their names. */
export function differences(before: World, now: World): Difference[] {
  const objects = differing(before.objects, now.objects, (object) => held(object, true));
  const resources = differing(resourcesOf(before), resourcesOf(now), (attributes) => attributes);
  const ours = objects.filter(({ path }) => !KUBECTLS.includes(path.at(-1) ?? ""));
  return [...ours, ...resources];
}

/** What a check lets differ: the place it names; all of what was not there, and of a resource, whose outputs follow its inputs. */
export function letGo(check: Check, before: World): Difference {
  if (!("object" in check)) return { of: `${check.root} ${check.resource ?? ""}`, path: [] };
  if (!before.objects.has(check.object)) return { of: check.object, path: [] };
  if (check.restarted === true) return { of: check.object, path: ["spec", "template", "metadata"] };
  return { of: check.object, path: check.path ?? [] };
}

/** Whether a difference lies at a place or below it. */
export function isWithin(difference: Difference, place: Difference): boolean {
  return difference.of === place.of && place.path.every((word, index) => difference.path[index] === word);
}

function isRestarted(ref: string, before: World, now: World): boolean {
  const former = new Set(before.pods.get(ref));
  const present = now.pods.get(ref) ?? [];
  return present.length > 0 && present.every((name) => !former.has(name));
}

function resourcesOf({ roots }: World): Map<string, unknown> {
  const all = [...roots].flatMap(([root, { resources }]) =>
    [...resources].map(([address, attributes]): [string, unknown] => [`${root} ${address}`, attributes]),
  );
  return new Map(all);
}

function differing<T>(
  before: ReadonlyMap<string, T>,
  now: ReadonlyMap<string, T>,
  read: (value: T | undefined) => unknown,
): Difference[] {
  return [...new Set([...before.keys(), ...now.keys()])].flatMap((of) => {
    const [former, present] = [leavesOf(read(before.get(of))), leavesOf(read(now.get(of)))];
    const places = [...new Set([...former.keys(), ...present.keys()])];
    const changed = places.filter((place) => former.get(place) !== present.get(place));
    return changed.map((place) => ({ of, path: JSON.parse(place) as string[] }));
  });
}

/** Every single value below this one, by its path. */
function leavesOf(value: unknown, path: readonly string[] = []): Map<string, string> {
  if (value === undefined) return new Map();
  const inner = fieldsOf(value);
  if (inner === null) return new Map([[JSON.stringify(path), JSON.stringify(value)]]);
  return new Map(inner.flatMap(([name, one]) => [...leavesOf(one, [...path, name])]));
}

function fieldsOf(value: unknown): [string, unknown][] | null {
  if (typeof value !== "object" || value === null) return null;
  if (!Array.isArray(value)) return Object.entries(value);
  return value.map((one, index): [string, unknown] => {
    const { name, ...rest } = Object(one);
    return typeof name === "string" ? [name, rest] : [String(index), one];
  });
}
