import type { Changes } from "#change/changes.ts";

/** The port of changes, of which only what is given answers: for what is said of an answer, without what makes it. */
export function aPort(given: Partial<Changes>): Changes {
  return new Proxy(given, {
    get: (target, name) =>
      Reflect.get(target, name) ??
      (() => Promise.reject(new Error(`Nobody said what ${String(name)} answers.`))),
  }) as Changes;
}
