import type { Log } from "#observe/log.ts";

/** `hear`: what people do in Slack reaches Greenlight. `speak`: Slack takes what Greenlight says. */
export type Way = "hear" | "speak";

/** Why a way is shut, in Slack's own code where it gave one, and since when. */
export type Trouble = { why: string; since: Date };

/** Which ways to Slack are shut for the whole app now. One message's own troubles are none of these. */
export type Access = {
  /** The trouble of a way; null while it is open. */
  trouble(way: Way): Trouble | null;
  /** The way is shut. Said once in the log for as long as it stays so. */
  shut(way: Way, why: string): void;
  /** The way is open again. Said once. */
  open(way: Way): void;
};

const SHUT: Record<Way, string> = {
  hear: "Slack is deaf to its people: no click, command or mention reaches Greenlight. Changes go on, and the API decides about them; it is tried again every minute at least. Look at Socket Mode and SLACK_APP_TOKEN in the app's settings at Slack",
  speak:
    "Slack refuses everything Greenlight says. Nothing is lost: what is due stays due, and one call a minute asks whether it is taken again. Install the app again, or set its new SLACK_BOT_TOKEN and restart",
};
const OPEN: Record<Way, string> = {
  hear: "Slack is heard again",
  speak: "Slack takes messages again",
};

/** Makes the record, with every way open. */
export function createAccess(log: Log, now: () => Date = () => new Date()): Access {
  const troubles = new Map<Way, Trouble>();
  return {
    trouble: (way) => troubles.get(way) ?? null,
    shut(way, why) {
      const known = troubles.get(way);
      troubles.set(way, { why, since: known?.since ?? now() });
      if (known === undefined) log.error({ why }, SHUT[way]);
    },
    open(way) {
      const known = troubles.get(way);
      if (!troubles.delete(way)) return;
      log.warn({ why: known?.why, since: known?.since }, OPEN[way]);
    },
  };
}
