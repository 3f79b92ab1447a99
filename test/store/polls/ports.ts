import { createHomes } from "#store/homes.ts";
import { createMessageClaims } from "#store/message-claims.ts";
import { createOutbox } from "#store/outbox.ts";
import type { Database } from "#store/postgres/database.ts";
import { idOf, OPEN } from "./many-changes.ts";
import type { Runs } from "./statements.ts";

const wakes = { wait: async () => undefined, close: async () => undefined };
const CHANNEL = { channelId: "C1", userId: "U7" };
const DUE = {
  changeId: idOf(OPEN.running),
  name: "plan:1:1",
  wanted: 1,
  ts: null,
  person: null,
  channelId: "C1",
  lane: "C1",
  teamId: "T1",
  cardTs: null,
  failures: 0,
  pagesStand: true,
  since: new Date(),
};
const HOME = { userId: "U7", teamId: "T1", wanted: 2, shown: null, notice: null, failures: 0 };
const { signal } = new AbortController();

const outbox = (database: Database) => createOutbox(database, wakes);
const homes = (database: Database) => createHomes(database, wakes);

/** What the sender of messages does. */
export const OUTBOX: Runs = {
  wait: (database) => outbox(database).wait(5, signal),
  claim: async (database) => {
    await outbox(database).claim(1);
    await outbox(database).claim(40);
    await outbox(database).claim(40);
  },
  sent: (database) => outbox(database).sent(DUE, "1.2"),
  postpone: (database) => outbox(database).postpone(DUE, 5, "why"),
  giveBack: (database) => outbox(database).giveBack(DUE, 5),
  postponeLane: (database) => outbox(database).postponeLane("C1", 5),
  abandon: (database) => outbox(database).abandon({ ...DUE, name: "card" }, "why"),
  addDirect: (database) => outbox(database).addDirect(DUE.changeId, ["U1", "U2"]),
  setChannel: (database) => outbox(database).setChannel(DUE, "D1"),
  isDirectCard: (database) => outbox(database).isDirectCard({ ...CHANNEL, changeId: DUE.changeId }),
  changeAt: (database) => outbox(database).changeAt({ ...CHANNEL, ts: "1700000000.43210" }),
};

/** Renews what is at hand, by a timer of its own: one beat of it. */
export async function beatClaims(database: Database): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const query: Database["query"] = async (text, values) => {
    const answer = await database.urgent.query(text, values);
    claims.letGo(DUE);
    resolve();
    return answer as never;
  };
  const claims = createMessageClaims({ ...database, urgent: { query } }, { owner: "me", leaseMs: 30 });
  claims.took([DUE], performance.now());
  // The timer of the beat keeps no process alive.
  const alive = setTimeout(resolve, 10_000);
  await promise;
  clearTimeout(alive);
}

/** What the sender of Homes does. */
export const HOMES: Runs = {
  opened: (database) => homes(database).opened("U7", "T1"),
  say: (database) => homes(database).say("U7", "done"),
  claim: async (database) => {
    await homes(database).claim(10);
    await database.query(
      "insert into home_marks overriding system value select nextval(pg_get_serial_sequence('home_marks', 'id')) from generate_series(1, 3)",
    );
    await homes(database).claim(10);
  },
  sent: (database) => homes(database).sent(HOME, "hash"),
  postpone: (database) => homes(database).postpone(HOME, 5),
  wait: (database) => homes(database).wait(5, signal),
};
