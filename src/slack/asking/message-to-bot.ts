import { z } from "zod";
import type { Where } from "#slack/client/where.ts";
import { isUserId } from "#slack/text/blocks.ts";

/** A message a person wrote to the bot: a mention of it in a channel, or a direct message. `threadTs` null: it stands in no thread. */
export type MessageToBot = { where: Where; text: string; ts: string; at: Date; threadTs: string | null };

const Ts = z.string().regex(/^\d{1,12}\.\d{1,9}$/u);
const ToBot = z.object({
  team_id: z.string().min(1),
  event: z.object({
    type: z.enum(["app_mention", "message"]),
    user: z.string().refine(isUserId),
    text: z.string(),
    ts: Ts,
    thread_ts: Ts.optional(),
    channel: z.string().regex(/^[CGD][A-Z0-9]{1,30}$/u),
    // A file that comes with it is not looked at; everything else with a subtype is no message a person wrote now.
    subtype: z.enum(["thread_broadcast", "file_share"]).optional(),
    // Apps, also those that write in a person's name, and what was changed after it was sent.
    bot_id: z.null().optional(),
    app_id: z.null().optional(),
    edited: z.null().optional(),
    user_team: z.string().nullish(),
  }),
});

/** Reads an event; null for whatever is no person's word to the bot: bots', edited and other messages. `botUserId` is the bot. */
export function readMessageToBot(body: unknown, botUserId: string): MessageToBot | null {
  const read = ToBot.safeParse(body);
  if (!read.success) return null;
  const { team_id: teamId, event } = read.data;
  const isDirect = event.channel.startsWith("D");
  // A mention in a direct message comes as a direct message too, and one in a channel may come as that channel's message.
  if ((event.type === "message") !== isDirect || event.user === botUserId) return null;
  const { ts, thread_ts: threadTs } = event;
  return {
    where: {
      userId: event.user,
      userTeamId: event.user_team ?? teamId,
      teamId,
      channelId: event.channel,
    },
    text: withoutMention(event.text, botUserId),
    ts,
    at: new Date(Number(ts) * 1_000),
    threadTs: threadTs === undefined || threadTs === ts ? null : threadTs,
  };
}

/** The words without the bot's own name, wherever it stands; still as Slack escapes them. */
function withoutMention(text: string, botUserId: string): string {
  const mention = new RegExp(`<@${botUserId}(?:\\|[^<>]*)?>`, "gu");
  return text.replace(mention, " ").replace(/^[\s,:;]+/u, "");
}
