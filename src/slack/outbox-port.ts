/**
 * A message that Slack does not show as it should. `name` is a messageName, `wanted` the version that is due, `ts` where it
 * stands (null: not posted yet), `cardTs` the thread it belongs in (null for the card itself). `failures` counts how often it
 * was claimed before without having been sent: above 0 with no `ts`, it may stand in Slack already. `pagesStand`: every
 * plan page of the present revision has been posted; when the last of them is, the card is due again.
 */
export type DueMessage = {
  changeId: string;
  name: string;
  wanted: number;
  ts: string | null;
  channelId: string;
  teamId: string;
  cardTs: string | null;
  failures: number;
  pagesStand: boolean;
};

/** What the sender needs of the store; every call is one statement or transaction. */
export type OutboxPort = {
  /**
   * Due now, at most `limit`, claimed for 60 s: cards first, then verdicts, plan pages, steps. A thread message is due only
   * once its card has a ts. Nobody else gets a claimed message, even when it is wanted anew meanwhile.
   */
  claim(limit: number): Promise<DueMessage[]>;
  /** It stands at `ts`, as `wanted` says. Gives the claim up and sets failures to 0; the next update is due after the store's own gap. */
  sent(message: DueMessage, ts: string): Promise<void>;
  /** Not sent: due again in `ms`. Gives the claim up and keeps the failure. */
  postpone(message: DueMessage, ms: number, why: string): Promise<void>;
  /** Not taken by Slack for certain: due again in `ms`, and the claim counts as none. */
  giveBack(message: DueMessage, ms: number): Promise<void>;
  /** Slack asked for a pause: nothing of this channel is due for `ms`, and claims in it are given up. */
  postponeChannel(channelId: string, ms: number): Promise<void>;
  /** It will never be sent: the channel is gone, or the message has no place any more. */
  abandon(message: DueMessage, why: string): Promise<void>;
  /** Returns when something new may be due, after `ms` at the latest, or once aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
};
