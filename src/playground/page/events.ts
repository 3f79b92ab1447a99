import type { Json } from "#playground/slack/check.ts";
import { APP } from "#playground/slack/people.ts";
import type { Stand } from "#playground/slack/stand.ts";
import type { View } from "#playground/slack/views.ts";
import { canSee, type Happening, type Message } from "#playground/slack/workspace.ts";

/** A message as the page shows it. */
export type PageMessage = {
  channel: string;
  ts: string;
  threadTs: string | null;
  broadcast: boolean;
  user: string;
  text: string;
  blocks: Json[] | null;
  edited: boolean;
  ephemeral: boolean;
};

/** A modal or the Home as the page shows it. */
export type PageView = {
  id: string;
  type: "modal" | "home";
  title: string;
  submit: string | null;
  close: string | null;
  blocks: Json[];
  errors?: Record<string, string>;
};

/** What a page hears over its stream. */
export type PageEvent =
  | { type: "message"; message: PageMessage }
  | { type: "deleted"; channel: string; ts: string }
  | { type: "modal"; view: PageView | null }
  | { type: "home"; view: PageView | null }
  | { type: "notice"; text: string }
  | { type: "typing" };

/** Everything one person sees. */
export function pageState(stand: Stand, as: string): Json {
  const { workspace } = stand;
  const messages = workspace.all().filter((one) => sees(stand, as, one));
  const channels = [...workspace.channels.values()].filter((one) => canSee(one, as));
  const people = [...workspace.people.values()].filter((one) => !one.deleted);
  return {
    team: { id: workspace.team.id, name: workspace.team.name },
    me: as,
    users: people.map(({ id, name, realName, title, isBot, color }) => ({
      id,
      name,
      realName,
      title,
      isBot,
      color,
    })),
    channels: channels.map(({ id, name, isPrivate, isIm, members }) => ({
      id,
      name,
      isPrivate,
      isIm,
      botIsMember: members.has(APP.botUserId),
    })),
    groups: [...stand.usergroups.values()].map(({ id, handle }) => ({ id, handle })),
    commands: stand.commands.map(({ command, description, usageHint }) => ({
      command,
      description,
      usageHint,
    })),
    shortcuts: stand.shortcuts.map(({ type, name, callbackId }) => ({ type, name, callbackId })),
    messages: messages.map(pageMessage),
    modal: pageView(stand.views.top(as)),
    home: pageView(stand.views.home(as)),
  };
}

/** What this person's page is to hear of what happened; null is nothing. */
export function pageEvent(stand: Stand, as: string, happening: Happening): PageEvent | null {
  if (happening.type === "notice")
    return happening.notice.user === as ? { type: "notice", text: happening.notice.text } : null;
  if (happening.type === "view") {
    if (happening.user !== as) return null;
    const view = happening.kind === "modal" ? stand.views.top(as) : stand.views.home(as);
    return { type: happening.kind, view: pageView(view) };
  }
  const { message } = happening;
  if (!sees(stand, as, message)) return null;
  return happening.type === "message"
    ? { type: "message", message: pageMessage(message) }
    : { type: "deleted", channel: message.channel, ts: message.ts };
}

function sees(stand: Stand, as: string, message: Message): boolean {
  const channel = stand.workspace.channels.get(message.channel);
  const mine = message.ephemeralTo === null || message.ephemeralTo === as;
  return mine && channel !== undefined && canSee(channel, as);
}

function pageMessage(message: Message): PageMessage {
  const { channel, ts, threadTs, broadcast, user, blocks, edited } = message;
  const files = message.files.map((file) => `[file: ${String(file["title"])}]`);
  const text = [message.text, ...files].filter((part) => part !== "").join("\n");
  return {
    channel,
    ts,
    threadTs,
    broadcast,
    user,
    text,
    blocks,
    edited,
    ephemeral: message.ephemeralTo !== null,
  };
}

function pageView(view: View | null): PageView | null {
  if (view === null) return null;
  const { id, type, given, errors } = view;
  const shown: PageView = {
    id,
    type,
    title: textOf(given["title"]) ?? "",
    submit: textOf(given["submit"]),
    close: textOf(given["close"]),
    blocks: given.blocks,
  };
  return Object.keys(errors).length === 0 ? shown : { ...shown, errors };
}

function textOf(value: unknown): string | null {
  return typeof value === "object" && value !== null && "text" in value ? String(value.text) : null;
}
