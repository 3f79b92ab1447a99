import { type Args, isRefusal, needArg, type Refusal, refuse } from "./answer.ts";
import { APP, type Channel } from "./people.ts";
import type { Stand } from "./stand.ts";
import { directId, type Message } from "./workspace.ts";

/** The channel the bot names with `channel`, as far as it may know of it. A user id means the direct channel with them. */
export function findChannel(stand: Stand, args: Args): Channel | Refusal {
  const id = needArg(args, "channel");
  if (isRefusal(id)) return id;
  const channel = stand.workspace.channels.get(id.startsWith("U") ? directId(id) : id);
  const known = channel !== undefined && (!channel.isPrivate || channel.members.has(APP.botUserId));
  return known ? channel : refuse("channel_not_found");
}

/** The channel, where the bot may write in it. */
export function findChannelToWrite(stand: Stand, args: Args): Channel | Refusal {
  const channel = findChannel(stand, args);
  if (isRefusal(channel)) return channel;
  if (channel.isArchived) return refuse("is_archived");
  const isIn = channel.members.has(APP.botUserId) || stand.scopes.has("chat:write.public");
  return isIn ? channel : refuse("not_in_channel");
}

/** A message the bot itself posted for everybody, for `update` and `delete`. */
export function findOwnMessage(stand: Stand, args: Args, otherwise: string): Message | Refusal {
  const channel = findChannel(stand, args);
  if (isRefusal(channel)) return channel;
  const ts = needArg(args, "ts");
  if (isRefusal(ts)) return ts;
  const message = stand.workspace.find(channel.id, ts);
  if (message === undefined || message.ephemeralTo !== null) return refuse("message_not_found");
  return message.botId === APP.botId ? message : refuse(otherwise);
}

/** Refuses when none of the scopes is granted; Slack names what is needed and what there is. */
export function missingScope(stand: Stand, needed: string[]): Refusal | null {
  if (needed.length === 0 || needed.some((scope) => stand.scopes.has(scope))) return null;
  return refuse("missing_scope", { needed: needed.join(","), provided: [...stand.scopes].join(",") });
}
