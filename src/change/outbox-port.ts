/**
 * A message that Slack does not show as it should. `name` is a messageName, `wanted` the version that is due, `ts` where it
 * stands (null: not posted yet), `cardTs` the thread it belongs in (null for the card itself). `person`: it stands with them
 * alone, in `channelId` (null: their direct channel is not known yet). Messages of one `lane` go one by one. `failures` counts how often it
 * was claimed before without having been sent: above 0 with no `ts`, it may stand in Slack already. `pagesStand`: every
 * plan page of the present revision has been posted; when the last of them is, the card is due again. `since`: nothing of
 * its change can stand from before.
 */
export type DueMessage = {
  changeId: string;
  name: string;
  wanted: number;
  ts: string | null;
  person: string | null;
  channelId: string | null;
  lane: string;
  teamId: string;
  cardTs: string | null;
  failures: number;
  pagesStand: boolean;
  since: Date;
};

/** What the sender needs of the store; every call is one statement or transaction. */
export type OutboxPort = {
  /**
   * Due now, at most `limit`, claimed until they are given up or this sender dies: cards first, then verdicts, plan pages,
   * steps. A thread message is due only once its card has a ts. Nobody else gets a claimed message, even when it is wanted
   * anew meanwhile.
   */
  claim(limit: number): Promise<DueMessage[]>;
  /** Whether the claim is certain to be ours yet: what another sender may have by now is not sent by this one. */
  isHeld(message: DueMessage): boolean;
  /** Not at hand any more: its claim runs out by itself. */
  letGo(message: DueMessage): void;
  /** It stands at `ts` (null: it is none that stands anywhere), as `wanted` says. Gives the claim up and sets failures to 0; the next update is due after the store's own gap. */
  sent(message: DueMessage, ts: string | null): Promise<void>;
  /** Not sent: due again in `ms`. Gives the claim up and keeps the failure. */
  postpone(message: DueMessage, ms: number, why: string): Promise<void>;
  /** Not taken by Slack for certain: due again in `ms`, and the claim counts as none. */
  giveBack(message: DueMessage, ms: number): Promise<void>;
  /** Slack asked for a pause: nothing of this lane is due for `ms`, and claims in it are given up. */
  postponeLane(lane: string, ms: number): Promise<void>;
  /** It will not be sent as `wanted` says: the channel is gone, or the message has no place any more. What is wanted anew meanwhile, or after that, is due again. */
  abandon(message: DueMessage, why: string): Promise<void>;
  /** These people get the card as a direct message, or once more what it says now. */
  addDirect(changeId: string, people: readonly string[]): Promise<void>;
  /** Remembers where a person's direct channel is, before anything is posted there. */
  setChannel(message: DueMessage, channelId: string): Promise<void>;
  /** Whether the card of this change stands as a direct message with this person in this channel, or is being posted there. */
  isDirectCard(at: { changeId: string; userId: string; channelId: string }): Promise<boolean>;
  /** The change whose card stands here, in its channel or as this person's direct message; null when none does. */
  changeAt(at: { channelId: string; ts: string; userId: string }): Promise<string | null>;
  /** Returns when something new may be due, after `ms` at the latest, or once aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
};
