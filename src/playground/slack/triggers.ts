import { randomBytes, randomInt } from "node:crypto";
import { type Refusal, refuse } from "./answer.ts";
import { TIMES } from "./limits.ts";

/** The trigger ids given out so far. */
export type Triggers = ReturnType<typeof createTriggers>;

/** Trigger ids live three seconds by this clock and open one view. */
export function createTriggers(clock: () => number) {
  const issued = new Map<string, { user: string; channel: string | null; until: number; used: boolean }>();
  return {
    /** `channel`: where the person was looking, where that is known. */
    issue(user: string, channel: string | null = null): string {
      const id = `${randomInt(1e12)}.${randomInt(1e12)}.${randomBytes(16).toString("hex")}`;
      issued.set(id, { user, channel, until: clock() + TIMES.triggerMs, used: false });
      return id;
    },

    /** Whose trigger it is, and from now on it is used; or why it is none. */
    exchange(id: string): string | Refusal {
      const found = issued.get(id);
      if (found === undefined) return refuse("invalid_trigger_id");
      if (found.used) return refuse("exchanged_trigger_id");
      if (clock() > found.until) return refuse("expired_trigger_id");
      found.used = true;
      return found.user;
    },

    /** Where whoever caused it was looking, or null. */
    channelOf: (id: string) => issued.get(id)?.channel ?? null,
  };
}
