import type { KubeObject } from "#playground/cluster/state.ts";

/** What the server keeps up by itself, and no rollback brings back: written anew here, so that it shares no fault with the program. */
const KEPT_UP = ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp"];

const CONTROLLERS = /^deployment\.kubernetes\.io\//;

/**
 * The paths in which two states of a namespace differ by the definition of "restored": all but status and what the server or
 * a controller keeps up. `made`: what was made anew has an address of its own too.
 */
export function differing(
  before: ReadonlyMap<string, KubeObject>,
  now: ReadonlyMap<string, KubeObject>,
  { made }: { made: boolean },
): string[] {
  const names = [...new Set([...before.keys(), ...now.keys()])];
  return names.flatMap((name) => pathsOf(name, held(before.get(name), made), held(now.get(name), made)));
}

/** What of an object a rollback has to bring back; undefined where there is none. */
export function held(object: KubeObject | undefined, made: boolean): unknown {
  if (object === undefined) return undefined;
  const { status: _, metadata, spec, ...rest } = structuredClone(object);
  for (const name of KEPT_UP) Reflect.deleteProperty(metadata, name);
  const notes = Object.entries(metadata.annotations ?? {}).filter(([name]) => !CONTROLLERS.test(name));
  metadata.annotations = Object.fromEntries(notes);
  if (made && object.kind === "Service") Reflect.deleteProperty(spec ?? {}, "clusterIP");
  return { ...rest, metadata, ...(spec === undefined ? {} : { spec }) };
}

function pathsOf(path: string, before: unknown, now: unknown): string[] {
  if (isFields(before) && isFields(now)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])];
    return keys.flatMap((key) => pathsOf(`${path}.${key}`, before[key], now[key]));
  }
  if (Array.isArray(before) && Array.isArray(now) && before.length === now.length)
    return before.flatMap((one, index) => pathsOf(`${path}.${index}`, one, now[index]));
  return JSON.stringify(before) === JSON.stringify(now) ? [] : [path];
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
