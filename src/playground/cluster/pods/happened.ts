import { kinds } from "#playground/cluster/kinds.ts";
import type { Happened, KubeObject, State } from "#playground/cluster/state.ts";
import { eventOf } from "./events.ts";

/** So many are kept: the file is read by every call. */
const MOST = 40;
/** An API server keeps events for an hour. */
const KEPT_MS = 3_600_000;

/** Keeps what a controller told of an object. */
export function tell(state: State, ...happened: Happened[]): void {
  if (happened.length > 0) state.events = [...(state.events ?? []), ...happened].slice(-MOST);
}

/** What was told of objects in the last hour, as the API lists it. */
export function toldEvents(state: State, now: number): KubeObject[] {
  const recent = (state.events ?? []).filter(({ at }) => now - at < KEPT_MS && at <= now);
  return recent.map(({ kind, namespace, name, type, reason, message, at }) => {
    const { group = "", version = "v1" } = kinds.find((one) => one.kind === kind) ?? {};
    const apiVersion = group === "" ? version : `${group}/${version}`;
    const told = { type, reason, message, firstAt: at, lastAt: at };
    return eventOf({ apiVersion, kind, namespace, name }, `${kind}/${at}`, told);
  });
}
