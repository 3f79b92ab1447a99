import type { types } from "@slack/bolt";
import { z } from "zod";
import { isUserId } from "#slack/text/blocks.ts";
import { askForm } from "./ask-form.ts";
import { wordsOfMessage } from "./message-words.ts";

/** The shortcut in Slack's own menu, and the one on a message; manifest.yml names both. */
export const ASK_SHORTCUT = "greenlight:ask_shortcut";
export const ASK_MESSAGE_SHORTCUT = "greenlight:ask_message_shortcut";

/** A form to open, or `view` null for a shortcut that is none of ours now; and whom and where to tell when it cannot be opened. */
export type ShortcutOpening = {
  triggerId: string;
  view: types.ModalView | null;
  /** The same form with a choice of the channel, for a message in one that Greenlight is not in. */
  elsewhere?: types.ModalView;
  userId: string;
  /** Null: nowhere but directly. */
  channelId: string | null;
};

const NOT_IN_IT =
  "Greenlight is not in the channel of this message, so the card cannot stand there. Choose a channel that it is in.";

const Used = z.object({
  type: z.enum(["shortcut", "message_action"]),
  callback_id: z.string(),
  trigger_id: z.string().min(1).max(300),
  user: z.object({ id: z.string().refine(isUserId) }),
  channel: z.object({ id: z.string().regex(/^[CGD][A-Z0-9]{1,30}$/u) }).optional(),
  message: z
    .object({
      text: z.string().nullish(),
      ts: z.string().regex(/^\d{1,12}\.\d{1,9}$/u),
      blocks: z.unknown().optional(),
      attachments: z.unknown().optional(),
    })
    .optional(),
});

const PressedOnHome = z.object({
  trigger_id: z.string().min(1).max(300),
  user: z.object({ id: z.string().refine(isUserId) }),
});

/** Reads a press of the Home's button for asking; null when Slack says it in a way that cannot be read. */
export function openingOfAskButton(body: unknown): ShortcutOpening | null {
  const pressed = PressedOnHome.safeParse(body);
  if (!pressed.success) return null;
  const { trigger_id: triggerId, user } = pressed.data;
  const view = askForm({ words: "", channelId: null, source: null });
  return { triggerId, userId: user.id, channelId: null, view };
}

/** Reads the use of a shortcut; null when Slack says it in a way that cannot be read. Looks nothing up: a trigger lives 3 s. */
export function openingOfShortcut(body: unknown): ShortcutOpening | null {
  const used = Used.safeParse(body);
  if (!used.success) return null;
  const { type, callback_id: callbackId, trigger_id: triggerId, user, channel, message } = used.data;
  const tell = { triggerId, userId: user.id, channelId: channel?.id ?? null };
  if (type === "shortcut" && callbackId === ASK_SHORTCUT)
    return { ...tell, view: askForm({ words: "", channelId: null, source: null }) };
  if (type !== "message_action" || callbackId !== ASK_MESSAGE_SHORTCUT) return { ...tell, view: null };
  if (channel === undefined || message === undefined) return { ...tell, view: null };
  // Of a direct message others see nothing, so the channel is chosen and no link leads there.
  const isDirect = channel.id.startsWith("D");
  const words = wordsOfMessage(message);
  if (isDirect) return { ...tell, view: askForm({ words, channelId: null, source: null }) };
  const source = { channelId: channel.id, ts: message.ts };
  return {
    ...tell,
    view: askForm({ words, channelId: channel.id, source }),
    elsewhere: askForm({ words, channelId: null, source, whyElsewhere: NOT_IN_IT }),
  };
}
