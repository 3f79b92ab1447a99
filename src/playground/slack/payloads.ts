import type { Json } from "./check.ts";
import { APP, type Channel, type Person } from "./people.ts";
import type { Stand } from "./stand.ts";
import { type View, type ViewValues, viewObject } from "./views.ts";
import { messageObject } from "./wire.ts";
import { type Message, newId } from "./workspace.ts";

/** The verification token of old, which nobody should trust any more. */
const VERIFICATION_TOKEN = "playground-verification-token";

/** The payload of a slash command. */
export function commandPayload(
  stand: Stand,
  given: { person: Person; channel: Channel; command: string; text: string },
): Json {
  const { person, channel, command, text } = given;
  const path = stand.responseUrls.issue("commands", person.id, channel.id, null);
  return {
    token: VERIFICATION_TOKEN,
    team_id: stand.workspace.team.id,
    team_domain: stand.workspace.team.domain,
    channel_id: channel.id,
    channel_name: nameOf(channel),
    user_id: person.id,
    user_name: person.name,
    command,
    text,
    api_app_id: APP.appId,
    is_enterprise_install: "false",
    response_url: stand.origin() + path,
    trigger_id: stand.triggers.issue(person.id),
  };
}

/** The payload of a shortcut from everybody's menu; `channelId` is where they were looking, which only a form's default hears of. */
export function shortcutPayload(
  stand: Stand,
  person: Person,
  callbackId: string,
  channelId: string | null,
): Json {
  return {
    ...interaction(stand, "shortcut", person),
    action_ts: stand.workspace.newTs(),
    callback_id: callbackId,
    trigger_id: stand.triggers.issue(person.id, channelId),
  };
}

/** The payload of a shortcut on a message. */
export function messageShortcutPayload(
  stand: Stand,
  given: { person: Person; channel: Channel; message: Message; callbackId: string },
): Json {
  const { person, channel, message, callbackId } = given;
  const path = stand.responseUrls.issue("app", person.id, channel.id, null);
  return {
    ...interaction(stand, "message_action", person),
    action_ts: stand.workspace.newTs(),
    callback_id: callbackId,
    trigger_id: stand.triggers.issue(person.id, channel.id),
    message_ts: message.ts,
    channel: { id: channel.id, name: nameOf(channel) },
    message: messageObject(stand.workspace, message),
    response_url: stand.origin() + path,
  };
}

/** The payload of a press or choice in a message. An ephemeral message is not shown to the app again. */
export function messageActionPayload(
  stand: Stand,
  given: { person: Person; channel: Channel; message: Message; action: Json; values: ViewValues },
): Json {
  const { person, channel, message, action, values } = given;
  const { workspace } = stand;
  const isEphemeral = message.ephemeralTo !== null;
  const path = stand.responseUrls.issue("actions", person.id, channel.id, message);
  return {
    ...interaction(stand, "block_actions", person),
    container: {
      type: "message",
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: isEphemeral,
      ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    },
    trigger_id: stand.triggers.issue(person.id),
    channel: { id: channel.id, name: nameOf(channel) },
    ...(isEphemeral ? {} : { message: messageObject(workspace, message) }),
    state: { values },
    response_url: stand.origin() + path,
    actions: [action],
  };
}

/** The payload of a press or choice in a modal or on the Home. */
export function viewActionPayload(stand: Stand, person: Person, view: View, action: Json): Json {
  return {
    ...interaction(stand, "block_actions", person),
    container: { type: "view", view_id: view.id },
    trigger_id: stand.triggers.issue(person.id),
    view: viewObject(stand.workspace, view),
    actions: [action],
  };
}

/** The payload of a submitted modal. */
export function submissionPayload(stand: Stand, person: Person, view: View): Json {
  return {
    ...interaction(stand, "view_submission", person),
    trigger_id: stand.triggers.issue(person.id),
    view: viewObject(stand.workspace, view),
    response_urls: [],
  };
}

/** The payload of a modal that was closed and asked to be told. */
export function closedPayload(stand: Stand, person: Person, view: View, isCleared: boolean): Json {
  return {
    ...interaction(stand, "view_closed", person),
    view: viewObject(stand.workspace, view),
    is_cleared: isCleared,
  };
}

/** An event of the Events API in its wrapping. */
export function eventPayload(stand: Stand, event: Json): Json {
  return {
    token: VERIFICATION_TOKEN,
    team_id: stand.workspace.team.id,
    context_team_id: stand.workspace.team.id,
    context_enterprise_id: null,
    api_app_id: APP.appId,
    event,
    type: "event_callback",
    event_id: newId("Ev", 10),
    event_time: Math.floor(stand.workspace.now() / 1_000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: stand.workspace.team.id,
        user_id: APP.botUserId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
  };
}

/** A person's message as the events `message` and `app_mention` carry it. */
export function messageEvent(stand: Stand, message: Message, type: "message" | "app_mention"): Json {
  const channel = stand.workspace.channels.get(message.channel);
  const kind = channel?.isIm ? "im" : channel?.isPrivate ? "group" : "channel";
  return {
    ...messageObject(stand.workspace, message),
    type,
    client_msg_id: crypto.randomUUID(),
    channel: message.channel,
    event_ts: message.ts,
    ...(type === "message" ? { channel_type: kind } : {}),
    ...foreignFields(stand, message.user),
  };
}

/** Of whom from another workspace, in a channel that is shared with it. */
function foreignFields({ workspace }: Stand, user: string): Json {
  const teamId = workspace.people.get(user)?.teamId ?? workspace.team.id;
  return teamId === workspace.team.id ? {} : { user_team: teamId, source_team: teamId };
}

/** Slack calls a private channel `privategroup` and a direct one `directmessage` here. */
function nameOf(channel: Channel): string {
  if (channel.isIm) return "directmessage";
  return channel.isPrivate ? "privategroup" : channel.name;
}

function interaction(stand: Stand, type: string, person: Person): Json {
  const { team } = stand.workspace;
  return {
    type,
    user: { id: person.id, username: person.name, name: person.name, team_id: person.teamId },
    api_app_id: APP.appId,
    token: VERIFICATION_TOKEN,
    team: { id: team.id, domain: team.domain },
    enterprise: null,
    is_enterprise_install: false,
  };
}
