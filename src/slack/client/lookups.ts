import type { SlackPerson } from "#change/person.ts";

/** Who somebody is, as Slack says, or why they may not go on. `fault`: Slack did not say, and may say it later. */
export type Known = { ok: true; person: SlackPerson } | { ok: false; reason: string; fault?: unknown };

/**
 * What somebody is looked up for. `ask`: they want something. `look`: a card or Home is kept true. `decide`: they answer a
 * question. `stop`: they end or refuse something, which must work when hardly anything does.
 */
export type LookupFor = "ask" | "look" | "decide" | "stop";

/** Slack takes about 100 users.info a minute of an app. What is asked and looked at leaves a third of it for decisions. */
const ASKS = { burst: 20, perMinute: 40 };
const ONE_ASKS = { burst: 10, perMinute: 10 };
const ONE_DECIDES = { burst: 40, perMinute: 30 };
/** A guest stays one for that long, as far as Greenlight is concerned. */
const NO_MS = 60_000;
/** A request may go by a yes that is this old, so that ten words of one person cost one lookup. A decision never does. */
const ASKED_YES_MS = 10_000;
/** What only ends something may go by a yes of this age where Slack does not say. */
const STOP_YES_MS = 300_000;
const REMEMBERED = 2_000;

const TOO_FAST =
  "More is asked here than Slack lets Greenlight look people up for, so nothing was done. Try again in a minute.";

type Remembered = { known: Known; at: number };
type Limit = { burst: number; perMinute: number };

/**
 * Puts memory and limits before `ask`, which asks Slack. A flood of one guest's mentions used up what Slack allows, and
 * Approve and Stop answered that Slack did not say who somebody is (measured with 200).
 */
export function createLookups(
  ask: (userId: string) => Promise<Known & { isFinal?: boolean }>,
  now: () => number = Date.now,
): (userId: string, what: LookupFor) => Promise<Known> {
  const said = new Map<string, Remembered>();
  const underWay = new Map<string, Promise<Known>>();
  const buckets = createBuckets(now);
  const fresh = async (userId: string): Promise<Known> => {
    const { isFinal, ...known } = await ask(userId);
    if (known.ok || isFinal === true) remember(said, userId, { known, at: now() });
    return known;
  };
  const together = (userId: string): Promise<Known> => {
    const begun = underWay.get(userId) ?? fresh(userId).finally(() => underWay.delete(userId));
    underWay.set(userId, begun);
    return begun;
  };
  const asked = async (userId: string): Promise<Known> => {
    const isFree =
      underWay.has(userId) || (buckets.take(`asks ${userId}`, ONE_ASKS) && buckets.take("asks", ASKS));
    return isFree ? together(userId) : tooFast();
  };
  const decided = async (userId: string): Promise<Known> =>
    buckets.take(`decides ${userId}`, ONE_DECIDES) ? fresh(userId) : tooFast();
  return async (userId, what) => {
    const kept = said.get(userId);
    const ageMs = kept === undefined ? Number.POSITIVE_INFINITY : now() - kept.at;
    if (kept !== undefined && ageMs < goodForMs(kept.known, what)) return kept.known;
    const known = await (what === "decide" || what === "stop" ? decided : asked)(userId);
    if (known.ok || known.fault === undefined || what !== "stop") return known;
    return kept?.known.ok === true && ageMs < STOP_YES_MS ? kept.known : known;
  };
}

/** How long what Slack said counts without asking it anew. */
function goodForMs(known: Known, what: LookupFor): number {
  if (!known.ok) return NO_MS;
  return what === "ask" ? ASKED_YES_MS : 0;
}

function tooFast(): Known {
  return { ok: false, reason: TOO_FAST, fault: new Error("more people are looked up than Slack allows") };
}

/** Token buckets by name. */
function createBuckets(now: () => number) {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take(name: string, { burst, perMinute }: Limit): boolean {
      const { tokens, at } = buckets.get(name) ?? { tokens: burst, at: now() };
      const filled = Math.min(burst, tokens + ((now() - at) / 60_000) * perMinute);
      const isFree = filled >= 1;
      remember(buckets, name, { tokens: isFree ? filled - 1 : filled, at: now() });
      return isFree;
    },
  };
}

/** The oldest goes where there are too many. */
function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > REMEMBERED && oldest !== undefined) map.delete(oldest);
}
