import { performance } from "node:perf_hooks";
import type { Database } from "#store/postgres/database.ts";

type Key = { changeId: string; name: string };
type Held = Key & { untilMs: number };

/** Who claims messages, and for how long. A dead sender's are free after that time; a living one renews while it has them at hand. */
export type Claimant = { owner: string; leaseMs: number };

/** The messages this sender has at hand. */
export type MessageClaims = Claimant & {
  /** Notes what was just claimed; counted from `askedAtMs` (of performance.now()), when it was asked for. */
  took(claimed: readonly Key[], askedAtMs: number): void;
  /** Whether nobody else can have it yet, by this machine's clock alone. */
  isHeld(message: Key): boolean;
  /** It is not at hand any more, and is not renewed. */
  letGo(message: Key): void;
  /** Whether claims that ran out may be taken: not within a lease's time after the database was away, as living senders go first. */
  mayTakeOver(): boolean;
};

/**
 * Makes the list. A claim of 60 s without renewal kept a card's thread waiting for 90 s after a `kill -9` (measured). They
 * are renewed at a third of their time, and only while something is at hand, which is seldom for longer than a second.
 */
export function createMessageClaims(database: Database, { owner, leaseMs }: Claimant): MessageClaims {
  const held = new Map<string, Held>();
  let timer: NodeJS.Timeout | undefined;
  const beat = async (): Promise<void> => {
    const askedAtMs = performance.now();
    const rest = [...held.values()];
    // One that cannot be renewed is seen by its own time, and the next beat comes soon.
    const renewed = await renew(database, { owner, leaseMs }, rest).catch((): Key[] => []);
    for (const message of renewed) {
      const known = held.get(keyOf(message));
      if (known !== undefined) known.untilMs = askedAtMs + leaseMs;
    }
    timer = undefined;
    schedule();
  };
  const schedule = (): void => {
    if (held.size === 0 || timer !== undefined) return;
    timer = setTimeout(() => void beat(), leaseMs / 3);
    timer.unref();
  };
  return {
    owner,
    leaseMs,
    took(claimed, askedAtMs) {
      for (const { changeId, name } of claimed)
        held.set(keyOf({ changeId, name }), { changeId, name, untilMs: askedAtMs + leaseMs });
      schedule();
    },
    isHeld: (message) => performance.now() < (held.get(keyOf(message))?.untilMs ?? 0),
    letGo: (message) => void held.delete(keyOf(message)),
    mayTakeOver: () => database.reach.backForMs() >= leaseMs,
  };
}

function keyOf({ changeId, name }: Key): string {
  return `${changeId} ${name}`;
}

/** What an event is marking at this moment is not waited for: the two could wait for each other. It is renewed with the next beat. */
async function renew(
  { urgent }: Database,
  { owner, leaseMs }: Claimant,
  held: readonly Held[],
): Promise<Key[]> {
  const { rows } = await urgent.query<{ change_id: string; name: string }>(
    `with mine as (
       select m.change_id, m.name from messages m
       join unnest($1::uuid[], $2::text[]) as at_hand (change_id, name)
         on at_hand.change_id = m.change_id and at_hand.name = m.name
       where m.claimed_by = $3 and m.claimed_until is not null for update of m skip locked
     )
     update messages m set claimed_until = clock_timestamp() + make_interval(secs => $4 / 1000.0)
     from mine where m.change_id = mine.change_id and m.name = mine.name returning m.change_id, m.name`,
    [held.map(({ changeId }) => changeId), held.map(({ name }) => name), owner, leaseMs],
  );
  return rows.map(({ change_id, name }) => ({ changeId: change_id, name }));
}
