import { z } from "zod";
import { isUserId, type Rendered } from "#slack/text/blocks.ts";
import { say } from "#slack/text/say.ts";
import type { AnswerTyped } from "./typed-line.ts";

/** The command as Slack sends it. */
const Command = z.object({
  command: z.string().regex(/^\/[\w-]{1,31}$/u),
  text: z.string().default(""),
  user_id: z.string().refine(isUserId),
  team_id: z.string().min(1),
  channel_id: z.string().regex(/^[CGD][A-Z0-9]+$/u),
  trigger_id: z.string().min(1).max(300),
});

/** Answers one slash command: returns what only the person who typed it is told. Throws only for faults of the port. */
export function createCommands(answerTyped: AnswerTyped): (body: unknown) => Promise<Rendered> {
  return async (body) => {
    const parsed = Command.safeParse(body);
    if (!parsed.success)
      return say("Slack sent this command in a way Greenlight does not understand. Nothing was started.");
    const {
      command,
      text,
      user_id: userId,
      team_id: teamId,
      channel_id: channelId,
      trigger_id,
    } = parsed.data;
    return answerTyped({
      command,
      text,
      where: { userId, userTeamId: teamId, teamId, channelId },
      // Slack makes one per invocation, and delivers the same one again when it doubts that we heard.
      key: `slack:${trigger_id}`,
      source: null,
    });
  };
}
