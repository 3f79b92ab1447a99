import type { Json } from "./check.ts";
import { APP, type Channel, type Person } from "./people.ts";
import type { Message, Workspace } from "./workspace.ts";

/** A message as Slack writes it in answers and payloads. */
export function messageObject(workspace: Workspace, message: Message, withMetadata = true): Json {
  const replies = workspace.inChannel(message.channel).filter((one) => one.threadTs === message.ts);
  return {
    type: "message",
    ...(message.broadcast ? { subtype: "thread_broadcast" } : {}),
    user: message.user,
    ts: message.ts,
    ...(message.botId === null ? {} : ofBot(workspace, message.botId)),
    text: message.text,
    team: workspace.team.id,
    ...(message.blocks === null ? {} : { blocks: message.blocks }),
    ...(message.attachments.length > 0 ? { attachments: message.attachments } : {}),
    ...(message.files.length > 0 ? { files: message.files } : {}),
    ...(message.edited ? { edited: { user: message.user, ts: message.ts } } : {}),
    ...(withMetadata && message.metadata !== null ? { metadata: message.metadata } : {}),
    ...threadFields(message, replies),
  };
}

/** A person as users.info answers. */
export function userObject(person: Person): Json {
  const [firstName, ...rest] = person.realName.split(" ");
  const roles = person.deleted
    ? {}
    : {
        is_admin: false,
        is_owner: false,
        is_primary_owner: false,
        is_restricted: person.isRestricted,
        is_ultra_restricted: person.isUltraRestricted,
      };
  return {
    id: person.id,
    team_id: person.teamId,
    name: person.name,
    deleted: person.deleted,
    color: person.color.slice(1),
    real_name: person.realName,
    tz: "Europe/London",
    tz_label: "Greenwich Mean Time",
    tz_offset: 0,
    profile: {
      title: person.title,
      real_name: person.realName,
      real_name_normalized: person.realName,
      display_name: person.name,
      display_name_normalized: person.name,
      first_name: firstName ?? "",
      last_name: rest.join(" "),
      team: person.teamId,
      ...(person.isBot ? { api_app_id: APP.appId } : {}),
    },
    is_bot: person.isBot,
    is_app_user: false,
    updated: 1_700_000_000,
    ...roles,
  };
}

/** A channel as conversations.info answers. */
export function channelObject(workspace: Workspace, channel: Channel): Json {
  const kinds = {
    is_channel: !channel.isIm && !channel.isPrivate,
    is_group: !channel.isIm && channel.isPrivate,
    is_im: channel.isIm,
    is_mpim: false,
    is_private: channel.isPrivate,
    is_archived: channel.isArchived,
  };
  const common = { id: channel.id, created: 1_700_000_000, context_team_id: workspace.team.id, ...kinds };
  if (channel.isIm) {
    const other = [...channel.members].find((one) => one !== APP.botUserId);
    return { ...common, user: other, is_open: true };
  }
  return {
    ...common,
    name: channel.name,
    name_normalized: channel.name,
    is_general: channel.name === "general",
    is_shared: false,
    is_ext_shared: false,
    is_org_shared: false,
    is_member: channel.members.has(APP.botUserId),
    num_members: channel.members.size,
    topic: { value: "", creator: "", last_set: 0 },
    purpose: { value: "", creator: "", last_set: 0 },
  };
}

/** `https://acme.slack.com/archives/C0INFRA001/p1700000000000001`, and the thread it stands in. */
export function permalinkOf(workspace: Workspace, message: Message): string {
  const plain = `${workspace.url}archives/${message.channel}/p${message.ts.replace(".", "")}`;
  return message.threadTs === null ? plain : `${plain}?thread_ts=${message.threadTs}&cid=${message.channel}`;
}

function ofBot(workspace: Workspace, botId: string): Json {
  return {
    bot_id: botId,
    app_id: APP.appId,
    bot_profile: {
      id: botId,
      app_id: APP.appId,
      name: workspace.people.get(APP.botUserId)?.realName ?? "",
      team_id: workspace.team.id,
      deleted: false,
    },
  };
}

function threadFields(message: Message, replies: Message[]): Json {
  if (message.threadTs !== null) return { thread_ts: message.threadTs };
  const last = replies.at(-1);
  if (last === undefined) return {};
  const users = [...new Set(replies.map((one) => one.user))];
  return {
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users_count: users.length,
    latest_reply: last.ts,
    reply_users: users,
    is_locked: false,
    subscribed: true,
  };
}
