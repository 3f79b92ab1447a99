import { randomBytes, randomInt } from "node:crypto";
import type { Json } from "./check.ts";
import { APP, type Channel, channel, type Person, type TEAM } from "./people.ts";

/** A message as the workspace keeps it. `pastBlocks` are what it showed before its changes, newest last. */
export type Message = {
  channel: string;
  ts: string;
  /** The parent's ts when it is a reply. */
  threadTs: string | null;
  broadcast: boolean;
  user: string;
  botId: string | null;
  text: string;
  blocks: Json[] | null;
  attachments: Json[];
  metadata: Json | null;
  files: Json[];
  edited: boolean;
  /** The only person who sees it, or null. */
  ephemeralTo: string | null;
  pastBlocks: Json[][];
};

/** Something to tell a person that no app said: Slackbot's lines and the client's warnings. */
export type Notice = { user: string; text: string; at: number };

/** What happened, for those who show it. A `view` event says that the person's modal or home may have changed. */
export type Happening =
  | { type: "message"; message: Message }
  | { type: "deleted"; message: Message }
  | { type: "view"; user: string; kind: "modal" | "home" }
  | { type: "notice"; notice: Notice };

/** The state of one company: its people, channels, messages and notices. */
export type Workspace = ReturnType<typeof createWorkspace>;

const PAST_KEPT = 20;

/** An empty workspace with these people and channels; every person has a direct channel with the bot. */
export function createWorkspace(given: {
  team: typeof TEAM;
  people: Person[];
  channels: Channel[];
  clock: () => number;
}) {
  const people = new Map(given.people.map((one) => [one.id, one]));
  const channels = new Map(given.channels.map((one) => [one.id, one]));
  for (const one of given.people) if (!one.isBot) channels.set(directId(one.id), directChannel(one.id));
  const messages = new Map<string, Message>();
  const notices: Notice[] = [];
  const listeners = new Set<(happening: Happening) => void>();
  const stamps = createStamps(given.clock);

  function tell(happening: Happening): void {
    for (const listener of listeners) listener(happening);
  }

  return {
    team: given.team,
    people,
    channels,
    notices,
    newTs: stamps.next,
    tell,
    now: given.clock,
    url: `https://${given.team.domain}.slack.com/`,

    /** Calls back for whatever happens from now on; the answer ends it. */
    follow(listener: (happening: Happening) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    add(fields: Partial<Message> & Pick<Message, "channel" | "user">): Message {
      const message: Message = {
        ts: stamps.next(),
        threadTs: null,
        broadcast: false,
        botId: fields.user === APP.botUserId ? APP.botId : null,
        text: "",
        blocks: null,
        attachments: [],
        metadata: null,
        files: [],
        edited: false,
        ephemeralTo: null,
        pastBlocks: [],
        ...fields,
      };
      messages.set(keyOf(message.channel, message.ts), message);
      tell({ type: "message", message });
      return message;
    },

    /** Puts back a message of an earlier start; nobody hears of it. Those that come get later timestamps. */
    restore(message: Message): void {
      messages.set(keyOf(message.channel, message.ts), message);
      stamps.seen(message.ts);
    },

    change(message: Message, fields: Partial<Message>): void {
      if (fields.blocks !== undefined && message.blocks !== null) {
        message.pastBlocks.push(message.blocks);
        if (message.pastBlocks.length > PAST_KEPT) message.pastBlocks.shift();
      }
      Object.assign(message, fields);
      tell({ type: "message", message });
    },

    remove(message: Message): void {
      messages.delete(keyOf(message.channel, message.ts));
      tell({ type: "deleted", message });
    },

    find: (channelId: string, ts: string) => messages.get(keyOf(channelId, ts)),

    /** Everything, ephemeral messages too, in the order it was posted. */
    all: () => [...messages.values()],

    /** What everybody in the channel can read, replies included. */
    inChannel: (channelId: string) =>
      [...messages.values()].filter((one) => one.channel === channelId && one.ephemeralTo === null),

    notice(user: string, text: string): void {
      const notice = { user, text, at: given.clock() };
      notices.push(notice);
      tell({ type: "notice", notice });
    },
  };
}

/** Slack's timestamps: seconds and six digits, never the same twice, and later than any that was seen. */
function createStamps(clock: () => number) {
  let lastMicros = 0;
  return {
    next(): string {
      lastMicros = Math.max(clock() * 1_000, lastMicros + 1);
      return `${Math.floor(lastMicros / 1e6)}.${String(lastMicros % 1e6).padStart(6, "0")}`;
    },
    seen(ts: string): void {
      lastMicros = Math.max(lastMicros, Number(ts.replace(".", "")));
    },
  };
}

/** Whether this person may see what is in the channel. */
export function canSee(channelSeen: Channel, userId: string): boolean {
  return channelSeen.members.has(userId) || !(channelSeen.isPrivate || channelSeen.isIm);
}

/** The bot's direct channel with a person. */
export function directId(userId: string): string {
  return `D${userId.slice(1)}`;
}

/** So many letters and digits as Slack's ids are made of. */
export function newId(prefix: string, length = 9): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  return prefix + Array.from({ length }, () => letters[randomInt(letters.length)]).join("");
}

/** A short id for a block or an action that came without one. */
export function newBlockId(): string {
  return randomBytes(4).toString("base64url").slice(0, 5);
}

function directChannel(userId: string): Channel {
  const made = channel({ id: directId(userId), name: "greenlight", members: [userId, APP.botUserId] });
  return { ...made, isIm: true, isPrivate: true };
}

function keyOf(channelId: string, ts: string): string {
  return `${channelId}/${ts}`;
}
