import { webApi } from "@slack/bolt";
import { z } from "zod";
import type { Rendered } from "#slack/text/blocks.ts";

const Opened = z.object({ id: z.string().min(1) });

/** Where in Slack somebody said or clicked something. */
export type ClickPlace = { userId: string; channelId: string; threadTs: string | null };

/**
 * Tells one person something that only they read: where they said or clicked it; as a message in their direct channel where
 * that was there, or where Slack shows them nothing (they are not in the channel). Throws what Slack says when neither works.
 */
export async function tellOne(
  client: webApi.WebClient,
  { channelId: channel, userId: user, threadTs }: ClickPlace,
  { text, blocks }: Rendered,
): Promise<void> {
  const said = { text, ...(blocks.length === 0 ? {} : { blocks }) };
  const thread = threadTs === null ? {} : { thread_ts: threadTs };
  if (channel.startsWith("D")) {
    await client.chat.postMessage({ channel, ...said, ...thread });
    return;
  }
  try {
    await client.chat.postEphemeral({ channel, user, ...said, ...thread });
  } catch (error) {
    if (!(error instanceof webApi.WebAPIPlatformError) || error.data.error === "invalid_blocks") throw error;
    await tellDirectly(client, user, { text, blocks });
  }
}

/** Tells one person something in their direct channel. */
export async function tellDirectly(
  client: webApi.WebClient,
  user: string,
  { text, blocks }: Rendered,
): Promise<void> {
  const { channel } = await client.conversations.open({ users: user });
  const said = { text, ...(blocks.length === 0 ? {} : { blocks }) };
  await client.chat.postMessage({ channel: Opened.parse(channel).id, ...said });
}
