import { webApi } from "@slack/bolt";
import { z } from "zod";
import type { Allowed } from "./people.ts";

const Channel = z.object({
  is_member: z.boolean().optional(),
  is_archived: z.boolean().optional(),
});

/** `isUntold`: Slack did not say, and may say it later. */
type CanPost = Extract<Allowed, { ok: true }> | { ok: false; reason: string; isUntold?: true };

/** Whether the bot can post in this channel; asked before a change is taken on, so that none runs that nobody sees. */
export type CanPostIn = (channelId: string) => Promise<CanPost>;

const INVITE =
  "Greenlight is not in this channel, so it could not show the plan. Invite it with /invite and ask again.";
const DIRECT =
  "Changes are asked for in a channel that Greenlight is in, where others see them; not in direct messages.";

/** Makes the check. Never throws: no answer from Slack is a no. */
export function createCanPostIn(client: webApi.WebClient): CanPostIn {
  return async (channelId) => {
    if (channelId.startsWith("D")) return { ok: false, reason: DIRECT };
    try {
      const { channel } = await client.conversations.info({ channel: channelId });
      const found = Channel.safeParse(channel);
      if (found.success && found.data.is_archived === true)
        return { ok: false, reason: "This channel is archived. Ask in another one." };
      return found.success && found.data.is_member === true ? { ok: true } : { ok: false, reason: INVITE };
    } catch (error) {
      return { ok: false, ...whyNot(error) };
    }
  };
}

function whyNot(error: unknown): { reason: string; isUntold?: true } {
  if (error instanceof webApi.WebAPIPlatformError) {
    const { error: code } = error.data;
    // A private channel the bot is not in does not exist for it.
    if (code === "channel_not_found") return { reason: INVITE };
    if (code === "missing_scope")
      return {
        isUntold: true,
        reason:
          "Greenlight lacks the Slack permission to look at this channel (channels:read, groups:read). Whoever installed it updates the app from manifest.yml and installs it again.",
      };
  }
  const reason =
    "Slack did not say whether Greenlight is in this channel, so nothing was started. Try again in a minute.";
  return { isUntold: true, reason };
}
