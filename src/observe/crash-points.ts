/** What a change does that can be cut in two by a crash. test/faults kills the program before and after each of them. */
export type Stretch =
  | "request accepted"
  | "lease claim"
  | "status report"
  | "saved plan kept"
  | "plan recorded"
  | "checkpoint put"
  | "checkpoint writes"
  | "settle"
  | "approval count commit"
  | "decision commit"
  | "updateState"
  | "invoke"
  | "permission read"
  | "intent"
  | "spawn"
  | "started row"
  | "exit"
  | "log lines"
  | "finished row"
  | "review recorded"
  | "rollback intent"
  | "rollback spawn"
  | "rollback started row"
  | "rollback exit"
  | "rollback finished row"
  | "Slack send"
  | "Slack record"
  | "timer"
  | "later look"
  | "cancel commit";

/** A place where the program may be made to die. */
export type CrashPoint = `${"before" | "after"} ${Stretch}`;

/** Is told of each place that is passed. */
export type At = (point: CrashPoint) => void;

/** Outside the crash tests nobody listens. */
export const nowhere: At = () => undefined;

/** `work` between its two places; where nobody listens it is `work` itself, so that it costs nothing in production. */
export function between<Given extends unknown[], Result>(
  at: At,
  what: Stretch | ((...given: Given) => Stretch),
  work: (...given: Given) => Promise<Result>,
): (...given: Given) => Promise<Result> {
  if (at === nowhere) return work;
  return async (...given) => {
    const stretch = typeof what === "string" ? what : what(...given);
    at(`before ${stretch}`);
    const result = await work(...given);
    at(`after ${stretch}`);
    return result;
  };
}

/** Puts the places around methods of a vendor's object, in that object itself; where nobody listens it stays as it is. */
export function watch<Target extends object>(
  at: At,
  target: Target,
  methods: Partial<Record<keyof Target, Stretch>>,
): Target {
  if (at === nowhere) return target;
  for (const [name, stretch] of Object.entries<Stretch | undefined>(methods)) {
    const method: unknown = Reflect.get(target, name);
    if (typeof method !== "function" || stretch === undefined) continue;
    const own = async (...given: unknown[]): Promise<unknown> => Reflect.apply(method, target, given);
    Object.defineProperty(target, name, { value: between(at, stretch, own) });
  }
  return target;
}
