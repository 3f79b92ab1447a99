import type { types } from "@slack/bolt";

/** A choice among the channels whoever looks can see: no direct messages, which nobody else reads. */
export function channelSelect(actionId: string, hint: string): types.ConversationsSelect {
  return {
    type: "conversations_select",
    action_id: actionId,
    placeholder: { type: "plain_text", text: hint, emoji: false },
    filter: { include: ["public", "private"], exclude_bot_users: true },
  };
}
