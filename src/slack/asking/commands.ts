import { z } from "zod";
import { isUserId } from "#slack/text/blocks.ts";
import type { TypedLine } from "./typed-line.ts";

/** The command as Slack sends it. */
const Command = z.object({
  command: z.string().regex(/^\/[\w-]{1,31}$/u),
  text: z.string().default(""),
  user_id: z.string().refine(isUserId),
  team_id: z.string().min(1),
  channel_id: z.string().regex(/^[CGD][A-Z0-9]+$/u),
  trigger_id: z.string().min(1).max(300),
});

/** Reads one slash command as the line that was typed; null where Slack sends it in a way that cannot be read. */
export function readCommand(body: unknown): TypedLine | null {
  const parsed = Command.safeParse(body);
  if (!parsed.success) return null;
  const { command, text, user_id: userId, team_id: teamId, channel_id: channelId, trigger_id } = parsed.data;
  return {
    command,
    text,
    where: { userId, userTeamId: teamId, teamId, channelId },
    // Slack makes one per invocation, and delivers the same one again when it doubts that we heard.
    key: `slack:${trigger_id}`,
    source: null,
  };
}
