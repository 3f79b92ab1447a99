import type { App } from "@slack/bolt";
import { z } from "zod";
import type { SlackDeps } from "#slack/client/deps.ts";
import { isUserId } from "#slack/text/blocks.ts";

const OpenedEvent = z.object({
  team_id: z.string(),
  event: z.object({
    type: z.literal("app_home_opened"),
    user: z.string().refine(isUserId),
    tab: z.string(),
  }),
});

/** Whoever looks at their Home finds it true, and for a day after that. */
export function addHome(app: App, { homes, inFlight, log }: SlackDeps): void {
  app.event("app_home_opened", async ({ body }) => {
    const by = openedBy(body);
    if (by === null) return;
    const work = homes.opened(by.userId, by.teamId);
    await inFlight.track(work).catch((error) => log.error({ err: error }, "A Home cannot be shown"));
  });
}

/** Whether an event says that somebody looks at their Home, and who; its other tab, the messages, is none of it. */
function openedBy(body: unknown): { userId: string; teamId: string } | null {
  const opened = OpenedEvent.safeParse(body);
  if (!opened.success || opened.data.event.tab !== "home") return null;
  return { userId: opened.data.event.user, teamId: opened.data.team_id };
}
