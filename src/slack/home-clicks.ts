import { z } from "zod";
import { isUserId } from "./blocks.ts";
import type { Act } from "./buttons.ts";
import type { DecideAs } from "./deciding.ts";
import type { HomesPort } from "./home-port.ts";
import { answerOfAction, readButton } from "./questions.ts";

/** The buttons of a card that may stand on a Home, by their names there: a click on a Home comes from no channel. */
export const HOME_ACTIONS: ReadonlyMap<string, string> = new Map([
  ["greenlight:approve", "greenlight:home_approve"],
  ["greenlight:reject", "greenlight:home_reject"],
]);

const OpenedEvent = z.object({
  team_id: z.string(),
  event: z.object({
    type: z.literal("app_home_opened"),
    user: z.string().refine(isUserId),
    tab: z.string(),
  }),
});

const OLD = "This button is from an older Home. Open it again.";

/** What each of those buttons does. The answer is said at the top of the Home, because there is no channel to say it in. */
export function createHomeActs(decideAs: DecideAs, homes: Pick<HomesPort, "say">): Record<string, Act> {
  const acts = [...HOME_ACTIONS].map(([name, atHome]): [string, Act] => [
    atHome,
    async (where, value) => {
      const asks = answerOfAction[name];
      const read = typeof value === "string" ? readButton(value) : null;
      // Whoever presses it in a message is in some channel, and it is decided there by other buttons.
      const isHere = where.channelId === "" && asks !== undefined && read !== null;
      const text = isHere
        ? await decideAs({ ...where, onHome: true }, { ...read.question, ...asks, reason: null })
        : OLD;
      if (where.channelId === "") await homes.say(where.userId, text);
      return text;
    },
  ]);
  return Object.fromEntries(acts);
}

/** Whether an event says that somebody looks at their Home, and who; its other tab, the messages, is none of it. */
export function openedBy(body: unknown): { userId: string; teamId: string } | null {
  const opened = OpenedEvent.safeParse(body);
  if (!opened.success || opened.data.event.tab !== "home") return null;
  return { userId: opened.data.event.user, teamId: opened.data.team_id };
}

/** Whether a click was made on a Home, where it is answered too. */
export function isOnHome(body: unknown): boolean {
  return Click.safeParse(body).success;
}

const Click = z.object({
  container: z.object({ type: z.literal("view") }),
  view: z.object({ type: z.literal("home") }),
});
