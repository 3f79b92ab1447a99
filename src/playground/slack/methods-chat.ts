import {
  type Answer,
  type Args,
  flagArg,
  isRefusal,
  needArg,
  refuse,
  refuseWith,
  textArg,
} from "./answer.ts";
import { changedFields, isEmpty, isTooLongToUpdate, newFields, readContent } from "./content.ts";
import { findChannel, findChannelToWrite, findOwnMessage } from "./methods-find.ts";
import { APP } from "./people.ts";
import type { Method, Stand } from "./stand.ts";
import { messageObject, permalinkOf } from "./wire.ts";

const WRITE = ["chat:write"];

/** chat.*: post, change, delete, and where a message is found. */
export const chatMethods: Record<string, Method> = {
  "chat.postMessage": { token: "bot", scopes: WRITE, run: postMessage },
  "chat.postEphemeral": { token: "bot", scopes: WRITE, run: postEphemeral },
  "chat.update": { token: "bot", scopes: WRITE, run: update },
  "chat.delete": { token: "bot", scopes: WRITE, run: remove },
  "chat.getPermalink": { token: "bot", scopes: [], run: getPermalink },
};

function postMessage(stand: Stand, args: Args): Answer {
  const channel = findChannelToWrite(stand, args);
  if (isRefusal(channel)) return channel;
  const content = readContent(args);
  if (isRefusal(content)) return content;
  if (isEmpty(content)) return refuse("no_text");
  const thread = readThread(stand, channel.id, args);
  if (isRefusal(thread)) return thread;
  const message = stand.workspace.add({
    channel: channel.id,
    user: APP.botUserId,
    ...newFields(content),
    threadTs: thread,
    broadcast: thread !== null && flagArg(args, "reply_broadcast"),
  });
  return {
    ok: true,
    channel: channel.id,
    ts: message.ts,
    message: messageObject(stand.workspace, message),
  };
}

function postEphemeral(stand: Stand, args: Args): Answer {
  const channel = findChannelToWrite(stand, args);
  if (isRefusal(channel)) return channel;
  const user = needArg(args, "user");
  if (isRefusal(user)) return user;
  if (!channel.members.has(user)) return refuse("user_not_in_channel");
  const content = readContent(args);
  if (isRefusal(content)) return content;
  if (isEmpty(content)) return refuse("no_text");
  const thread = readThread(stand, channel.id, args);
  if (isRefusal(thread)) return thread;
  const message = stand.workspace.add({
    channel: channel.id,
    user: APP.botUserId,
    ...newFields(content),
    threadTs: thread,
    ephemeralTo: user,
  });
  return { ok: true, message_ts: message.ts };
}

function update(stand: Stand, args: Args): Answer {
  const message = findOwnMessage(stand, args, "cant_update_message");
  if (isRefusal(message)) return message;
  const content = readContent(args);
  if (isRefusal(content)) return content;
  const nothing = [content.text, content.blocks, content.attachments, content.metadata].every(
    (one) => one === undefined,
  );
  if (nothing) return refuse("no_text");
  if (isTooLongToUpdate(content)) return refuse("msg_too_long");
  const fields = changedFields(content, message);
  const empty = { ...message, ...fields };
  if (empty.text.trim() === "" && empty.blocks === null && empty.attachments.length === 0)
    return refuse("no_text");
  const broadcast = message.threadTs !== null && (message.broadcast || flagArg(args, "reply_broadcast"));
  stand.workspace.change(message, { ...fields, broadcast });
  return {
    ok: true,
    channel: message.channel,
    ts: message.ts,
    text: message.text,
    message: messageObject(stand.workspace, message),
  };
}

function remove(stand: Stand, args: Args): Answer {
  const message = findOwnMessage(stand, args, "cant_delete_message");
  if (isRefusal(message)) return message;
  stand.workspace.remove(message);
  return { ok: true, channel: message.channel, ts: message.ts };
}

function getPermalink(stand: Stand, args: Args): Answer {
  const channel = findChannel(stand, args);
  if (isRefusal(channel)) return channel;
  const ts = needArg(args, "message_ts");
  if (isRefusal(ts)) return ts;
  const message = stand.workspace.find(channel.id, ts);
  if (message === undefined || message.ephemeralTo !== null) return refuse("message_not_found");
  return { ok: true, channel: channel.id, permalink: permalinkOf(stand.workspace, message) };
}

function readThread(stand: Stand, channelId: string, args: Args) {
  const ts = textArg(args, "thread_ts");
  if (ts === undefined || ts === "") return null;
  if (!/^\d+\.\d{6}$/.test(ts)) return refuseWith("invalid_thread_ts", [`${ts} is not a valid thread_ts`]);
  const parent = stand.workspace.find(channelId, ts);
  if (parent === undefined || parent.ephemeralTo !== null) return refuse("thread_not_found");
  return parent.threadTs === null ? ts : refuse("cannot_reply_to_message");
}
