/**
 * A Home that may be out of date. `wanted` is the version that is due, `shown` a hash of what stands there (null: nothing),
 * `notice` what is said there of the last click, `failures` how often it was claimed before without having been published.
 */
export type DueHome = {
  userId: string;
  teamId: string;
  wanted: number;
  shown: string | null;
  notice: string | null;
  failures: number;
};

/** What publishing Homes takes of the store; every call is one statement or transaction. */
export type HomesPort = {
  /** Somebody looks at their Home: it is due now, and kept true for 24 h. */
  opened(userId: string, teamId: string): Promise<void>;
  /** Puts the answer to a click at the top of their Home for two minutes; due now. */
  say(userId: string, notice: string): Promise<void>;
  /** Due now, at most `limit`, claimed for 60 s. Nobody's Home is due twice within 2 s, but for `opened` and `say`. */
  claim(limit: number): Promise<DueHome[]>;
  /** It says what `shown` stands for, as `wanted` says. */
  sent(home: DueHome, shown: string | null): Promise<void>;
  /** Not published: due again in `ms`. */
  postpone(home: DueHome, ms: number): Promise<void>;
  /** Returns when something new may be due, after `ms` at the latest, or once aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
};
