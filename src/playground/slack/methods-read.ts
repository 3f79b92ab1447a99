import { type Answer, type Args, flagArg, isRefusal, needArg, pageOf, refuse, textArg } from "./answer.ts";
import type { Json } from "./check.ts";
import { findChannel, missingScope } from "./methods-find.ts";
import { APP, type Channel } from "./people.ts";
import type { Method, Stand } from "./stand.ts";
import { channelObject, messageObject, userObject } from "./wire.ts";
import { directId, type Message } from "./workspace.ts";

const PAGE = { history: 100, replies: 1_000 };

/** Who is who, what is where, what was said. */
export const readMethods: Record<string, Method> = {
  "api.test": { token: "any", scopes: [], run: apiTest },
  "auth.test": { token: "bot", scopes: [], run: authTest },
  "apps.connections.open": { token: "app", scopes: [], run: openConnection },
  "users.info": { token: "bot", scopes: ["users:read"], run: userInfo },
  "usergroups.users.list": { token: "bot", scopes: ["usergroups:read"], run: usergroupMembers },
  "conversations.info": { token: "bot", scopes: eachKind("read"), run: conversationInfo },
  "conversations.open": { token: "bot", scopes: ["im:write"], run: openDirect },
  "conversations.history": { token: "bot", scopes: eachKind("history"), run: history },
  "conversations.replies": { token: "bot", scopes: eachKind("history"), run: replies },
};

function apiTest(_stand: Stand, args: Args): Answer {
  const error = textArg(args, "error");
  return error === undefined ? { ok: true, args } : refuse(error, { args });
}

function authTest({ workspace }: Stand): Answer {
  return {
    ok: true,
    url: workspace.url,
    team: workspace.team.name,
    user: workspace.people.get(APP.botUserId)?.name,
    team_id: workspace.team.id,
    user_id: APP.botUserId,
    bot_id: APP.botId,
    is_enterprise_install: false,
  };
}

function openConnection(stand: Stand): Answer {
  const path = stand.socket.issuePath();
  return { ok: true, url: `${stand.origin().replace("http:", "ws:")}${path}` };
}

function userInfo(stand: Stand, args: Args): Answer {
  const id = needArg(args, "user");
  if (isRefusal(id)) return id;
  const person = stand.workspace.people.get(id);
  return person === undefined ? refuse("user_not_found") : { ok: true, user: userObject(person) };
}

function usergroupMembers(stand: Stand, args: Args): Answer {
  const id = needArg(args, "usergroup");
  if (isRefusal(id)) return id;
  const group = stand.usergroups.get(id);
  const isThere = group !== undefined && (!group.isDisabled || flagArg(args, "include_disabled"));
  return isThere ? { ok: true, users: group.users } : refuse("no_such_subteam");
}

function conversationInfo(stand: Stand, args: Args): Answer {
  const channel = findChannel(stand, args);
  if (isRefusal(channel)) return channel;
  return (
    missingScope(stand, [scopeFor(channel, "read")]) ?? {
      ok: true,
      channel: channelObject(stand.workspace, channel),
    }
  );
}

/** A direct channel with one person; everybody has theirs from the start, so it is open already. */
function openDirect({ workspace }: Stand, args: Args): Answer {
  const id = textArg(args, "users") ?? "";
  if (id === "") return refuse("users_list_not_supplied");
  const person = workspace.people.get(id);
  if (person === undefined) return refuse("user_not_found");
  if (person.isBot) return refuse("cannot_dm_bot");
  if (person.deleted) return refuse("user_disabled");
  return { ok: true, no_op: true, already_open: true, channel: { id: directId(person.id) } };
}

function history(stand: Stand, args: Args): Answer {
  const channel = findReadable(stand, args);
  if (isRefusal(channel)) return channel;
  const top = stand.workspace
    .inChannel(channel.id)
    .filter((one) => one.threadTs === null || one.broadcast)
    .filter(within(args))
    .reverse();
  return messagesAnswer(stand, args, top, PAGE.history);
}

function replies(stand: Stand, args: Args): Answer {
  const channel = findReadable(stand, args);
  if (isRefusal(channel)) return channel;
  const ts = needArg(args, "ts");
  if (isRefusal(ts)) return ts;
  const found = stand.workspace.find(channel.id, ts);
  if (found === undefined || found.ephemeralTo !== null) return refuse("thread_not_found");
  const root = found.threadTs ?? found.ts;
  const thread = stand.workspace
    .inChannel(channel.id)
    .filter((one) => one.ts === root || (one.threadTs === root && within(args)(one)));
  return messagesAnswer(stand, args, thread, PAGE.replies);
}

function findReadable(stand: Stand, args: Args) {
  const channel = findChannel(stand, args);
  if (isRefusal(channel)) return channel;
  const missing = missingScope(stand, [scopeFor(channel, "history")]);
  if (missing !== null) return missing;
  return channel.members.has(APP.botUserId) ? channel : refuse("not_in_channel");
}

function messagesAnswer(stand: Stand, args: Args, messages: Message[], limit: number): Answer {
  const { items, next } = pageOf(messages, args, limit);
  const withMetadata = flagArg(args, "include_all_metadata");
  const cursor: Json = next === "" ? {} : { response_metadata: { next_cursor: next } };
  return {
    ok: true,
    messages: items.map((one) => messageObject(stand.workspace, one, withMetadata)),
    has_more: next !== "",
    ...cursor,
  };
}

function within(args: Args): (message: Message) => boolean {
  const oldest = textArg(args, "oldest") ?? "0";
  const latest = textArg(args, "latest") ?? "9999999999.999999";
  const inclusive = flagArg(args, "inclusive");
  return ({ ts }) =>
    (Number(ts) > Number(oldest) && Number(ts) < Number(latest)) ||
    (inclusive && (ts === oldest || ts === latest));
}

function scopeFor(channel: Channel, what: "read" | "history"): string {
  if (channel.isIm) return `im:${what}`;
  return channel.isPrivate ? `groups:${what}` : `channels:${what}`;
}

function eachKind(what: string): string[] {
  return ["channels", "groups", "im"].map((kind) => `${kind}:${what}`);
}
