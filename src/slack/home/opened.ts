import { z } from "zod";
import { isUserId } from "#slack/text/blocks.ts";

const OpenedEvent = z.object({
  team_id: z.string(),
  event: z.object({
    type: z.literal("app_home_opened"),
    user: z.string().refine(isUserId),
    tab: z.string(),
  }),
});

/** Whether an event says that somebody looks at their Home, and who; its other tab, the messages, is none of it. */
export function openedBy(body: unknown): { userId: string; teamId: string } | null {
  const opened = OpenedEvent.safeParse(body);
  if (!opened.success || opened.data.event.tab !== "home") return null;
  return { userId: opened.data.event.user, teamId: opened.data.team_id };
}
