/** A fault of a Web API call that waits for its turn. */
type Armed = {
  left: number;
  method: string | undefined;
  channel?: string | undefined;
  fault: Fault;
};

/** What goes wrong with a call: before it is looked at, or (`drop`) after it was carried out. */
export type Fault =
  | { kind: "ratelimit"; retryAfterSeconds: number }
  | { kind: "status"; status: number }
  | { kind: "error"; code: string }
  | { kind: "drop" };

/** The faults that are armed. */
export type Faults = ReturnType<typeof createFaults>;

/** No faults yet. `connections` are told when the company goes away for a while. */
export function createFaults(clock: () => number) {
  const armed: Armed[] = [];
  let duplicates = 0;
  let awayUntil = 0;
  let refusedKinds: readonly string[] = [];
  const limits = new Map<string, { perMinute: number; calls: number[] }>();
  const arm = (left: number, method: string | undefined, fault: Fault) => armed.push({ left, method, fault });

  const overLimit = (method: string): Fault | null => {
    const limit = limits.get(method);
    if (limit === undefined) return null;
    limit.calls = limit.calls.filter((at) => at > clock() - 60_000);
    const [oldest] = limit.calls;
    if (limit.calls.length < limit.perMinute) {
      limit.calls.push(clock());
      return null;
    }
    const until = (oldest ?? clock()) + 60_000;
    return { kind: "ratelimit", retryAfterSeconds: Math.ceil((until - clock()) / 1_000) };
  };

  return {
    /** The next n calls are answered 429; with a channel, those about it alone. */
    rateLimit(n: number, retryAfterSeconds: number, method?: string, channel?: string): void {
      armed.push({ left: n, method, channel, fault: { kind: "ratelimit", retryAfterSeconds } });
    },
    /** The next n calls are carried out, and then the connection drops without an answer. */
    dropAfterAccept(n: number, method?: string): void {
      arm(n, method, { kind: "drop" });
    },
    /** The next n calls are answered with this HTTP status and not carried out. */
    fail(n: number, status: number, method?: string): void {
      arm(n, method, { kind: "status", status });
    },
    /** The next n calls are refused with this error code and not carried out. */
    errorOn(n: number, code: string, method?: string): void {
      arm(n, method, { kind: "error", code });
    },
    /** From now on a method takes so many calls in any minute, as Slack's tiers do, and answers 429 to the rest. */
    perMinute(method: string, perMinute: number): void {
      limits.set(method, { perMinute, calls: [] });
    },
    /** Nothing that was armed for this method holds any more. */
    heal(method: string): void {
      for (let index = armed.length - 1; index >= 0; index -= 1)
        if (armed[index]?.method === method) armed.splice(index, 1);
    },
    /** From now on blocks of these kinds are none, as in a workspace that has not got them yet; none is back to normal. */
    refuseBlocks(...kinds: string[]): void {
      refusedKinds = kinds;
    },
    /** The next n payloads are delivered twice. */
    duplicateEnvelope(n: number): void {
      duplicates += n;
    },
    setAway(ms: number): void {
      awayUntil = clock() + ms;
    },

    refusedKinds: () => refusedKinds,
    isAway: () => clock() < awayUntil,
    takeDuplicate(): boolean {
      if (duplicates === 0) return false;
      duplicates -= 1;
      return true;
    },
    /** The fault for this call, if one is armed for it. */
    take(method: string, channel?: unknown): Fault | null {
      const index = armed.findIndex(
        (one) => [undefined, method].includes(one.method) && (one.channel ?? channel) === channel,
      );
      const found = armed[index];
      if (found === undefined) return overLimit(method);
      found.left -= 1;
      if (found.left <= 0) armed.splice(index, 1);
      return found.fault;
    },
  };
}
