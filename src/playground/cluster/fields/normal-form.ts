import type { KubeObject } from "#playground/cluster/state.ts";

/** Maps that the server leaves out where nothing is in them. */
const MAPS = new Set(["labels", "annotations", "data", "binaryData", "nodeSelector", "matchLabels"]);
/** Switches that it leaves out where they are off. */
const SWITCHES = new Set([
  "paused",
  "unschedulable",
  "tty",
  "stdin",
  "stdinOnce",
  "hostNetwork",
  "hostPID",
  "hostIPC",
]);

/**
 * Brings an object into the form the API server keeps: without null, without empty lists and marks, without switches that
 * are off. So a patch that takes the last annotation takes the map too, and the next one has no path through it.
 */
export function normalize(object: KubeObject): void {
  for (const name of Object.keys(object)) {
    const kept = normalized(name, object[name]);
    if (kept === undefined) Reflect.deleteProperty(object, name);
    else object[name] = kept;
  }
  if (object.kind === "Deployment" && object.spec !== undefined) object.spec["replicas"] ??= 1;
}

function normalized(name: string, value: unknown): unknown {
  if (value === null || (value === false && SWITCHES.has(name))) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((one) => normalized("", one));
  if (typeof value !== "object") return value;
  const fields = Object.entries(value).flatMap(([key, one]) => {
    const kept = normalized(key, one);
    return kept === undefined ? [] : [[key, kept] as const];
  });
  return fields.length === 0 && MAPS.has(name) ? undefined : Object.fromEntries(fields);
}
