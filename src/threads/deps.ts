import type { Change } from "#change/change.ts";
import type { Fact } from "#change/fact.ts";
import type { TokenPerson } from "#change/person.ts";
import type { BoundPlan } from "#change/preview.ts";
import type { Held } from "#execution/facts/later-facts.ts";
import type { Difference } from "#execution/still-approved.ts";
import type { ChangeGraph } from "#graph/graph.ts";
import type { At } from "#observe/crash-points.ts";
import type { Policy } from "#policy/document.ts";
import type { RecordEvents } from "#store/events.ts";
import type { Lease, RunLimits } from "#store/leases.ts";
import type { Database } from "#store/postgres/database.ts";
import type { Wakes } from "#store/postgres/notify.ts";
import type { HeldWrites } from "./running/held-writes.ts";
import type { Runs } from "./running/runs.ts";

/** All that the threads are given: made once, by the app, and handed on whole. */
export type ThreadDeps = {
  database: Database;
  wakes: Wakes;
  record: RecordEvents;
  policy: Policy;
  /** Everybody who asks and answers by API. */
  tokens: readonly TokenPerson[];
  redact: (text: string) => string;
  now: () => Date;
  graph: ChangeGraph;
  runs: Runs;
  owner: string;
  limits: RunLimits;
  pace: LeasePace;
  held: HeldWrites;
  /** The lease this instance holds on a change; throws when it holds none. */
  leaseOf: (changeId: string) => Lease;
  /** What differs between what was approved and what would run now, at a click; null: nothing. */
  findDifference: (change: Change) => Promise<Difference | null>;
  /** How long after its end a change is looked at again, for each look. */
  laterLooksMs: readonly number[];
  /** Looks once more at what held when a change ended; throws when it is aborted. */
  lookLater: (changeId: string, bound: BoundPlan, held: Held, signal: AbortSignal) => Promise<Fact[]>;
  /** Forgets what a change that ended has on this machine. */
  cleanUp: (changeId: string) => Promise<void>;
  /** Ends what a crash left running; see open-steps.ts. */
  endOpenSteps: (changeId: string) => Promise<void>;
  log: Log;
  at?: At;
};

/** What an answer to a change is given: from whoever decides, cancels or takes locks away. */
export type DecideDeps = Pick<
  ThreadDeps,
  "database" | "record" | "policy" | "tokens" | "redact" | "now" | "findDifference" | "at"
>;

/** A lease is renewed at a third of its time; a notification can be lost, and the poll is what finds its work then. */
export type LeasePace = {
  leaseMs: number;
  heartbeatMs: number;
  pollMs: number;
  faultPausesMs?: readonly number[];
};

/** What holds where no other pace is given. */
export const PACE: LeasePace = { leaseMs: 6_000, heartbeatMs: 2_000, pollMs: 1_000 };

type Line = (facts: object, text: string) => void;
type Log = { info: Line; warn: Line; error: Line };
