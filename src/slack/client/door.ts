import type { types, webApi } from "@slack/bolt";
import { z } from "zod";
import { codeOf } from "./failures.ts";
import { createPace } from "./pace.ts";
import { createInTurn } from "./turns.ts";

/**
 * The one door by which Greenlight says anything in Slack: nothing else calls a method that writes. What goes out by it keeps
 * Slack's limits together. Every call throws what Slack says.
 */
export type Door = {
  /** A new message; returns its ts. `ready` is called right before, and throws where it must not be sent any more. */
  post(message: webApi.ChatPostMessageArguments, given: Ready): Promise<string>;
  /** A message that stands says something else. */
  change(message: webApi.ChatUpdateArguments): Promise<void>;
  upload(file: webApi.FilesUploadV2Arguments & { channel_id: string }, given: Ready): Promise<void>;
  /** Where somebody's direct channel with the bot is. */
  openDirect(userId: string, until?: number): Promise<string>;
  /** What a person's Home shows. */
  publishHome(userId: string, view: types.HomeView): Promise<void>;
  /** Opens a form; returns its id, or null where it stands and Slack's answer to that got lost. */
  openForm(opening: { triggerId: string; view: types.ModalView; onTop: boolean }): Promise<string | null>;
  /** A form that stands says something else. */
  changeForm(viewId: string, view: types.ModalView): Promise<void>;
  /** Says something that only one person reads, tried until `until`, by performance.now(). */
  answer(way: Way, said: Said, until: number): Promise<void>;
};

type Ready = { signal: AbortSignal; ready(): void };
type Said = { text: string; blocks?: types.KnownBlock[] };

/** How an answer goes to one person: by what Slack gave with their click or command, in a channel, or in their direct one. */
export type Way =
  | { by: "response_url"; respond: Respond }
  | { by: "ephemeral"; userId: string; channelId: string; threadTs: string | null }
  | { by: "message"; channelId: string; threadTs: string | null }
  | { by: "direct"; userId: string };

/** Bolt's way to a response_url. */
export type Respond = (
  message: Said & { response_type: "ephemeral"; replace_original: false },
) => Promise<unknown>;

/** A trigger lives 3 s from the click, which was a moment ago; a try that begins later would only fail. */
const TRIGGER_MS = 2_500;
/** A form that stands and waits to be filled is looked at. */
const FILL_MS = 10_000;
/** One try: who sends messages tries again by their rows. */
const ONCE = 0;

const Opened = z.object({ id: z.string().min(1) });

/** Makes it. `client` is one that retries nothing and throws where Slack limits the rate. */
export function createDoor(client: webApi.WebClient): Door {
  const pace = createPace();
  const inTurn = createInTurn();
  const message = (method: string, channel: string, until = ONCE) =>
    ({ lane: `${method} ${channel}`, kind: until === ONCE ? "message" : "answer", until }) as const;
  const form = (method: string, ms: number) =>
    ({ lane: method, kind: "form", until: performance.now() + ms }) as const;
  const post = async (args: webApi.ChatPostMessageArguments, until?: number): Promise<string> => {
    const { ts } = await inTurn(message("chat.postMessage", args.channel, until), () =>
      client.chat.postMessage(args),
    );
    if (ts === undefined) throw new Error("chat.postMessage: Slack took the message and gave it no ts.");
    return ts;
  };
  const openDirect = async (userId: string, until?: number): Promise<string> => {
    const { channel } = await inTurn(message("conversations.open", userId, until), () =>
      client.conversations.open({ users: userId }),
    );
    return Opened.parse(channel).id;
  };
  const say = async (channel: string, said: Said, threadTs: string | null, until: number): Promise<void> => {
    await pace(channel, AbortSignal.timeout(Math.max(0, Math.ceil(until - performance.now()))));
    await post({ channel, ...said, ...inThread(threadTs) }, until);
  };
  return {
    openDirect,
    async post(args, { signal, ready }) {
      await pace(args.channel, signal);
      ready();
      return post(args);
    },
    async change(args) {
      await inTurn(message("chat.update", args.channel), () => client.chat.update(args));
    },
    async upload(file, { signal, ready }) {
      await pace(file.channel_id, signal);
      ready();
      await inTurn(message("files.uploadV2", file.channel_id), () => client.files.uploadV2(file));
    },
    async publishHome(userId, view) {
      await inTurn(message("views.publish", userId), () => client.views.publish({ user_id: userId, view }));
    },
    async openForm({ triggerId, view, onTop }) {
      const given = { trigger_id: triggerId, view };
      let tries = 0;
      try {
        const { view: opened } = await inTurn(form(onTop ? "views.push" : "views.open", TRIGGER_MS), () => {
          tries += 1;
          return onTop ? client.views.push(given) : client.views.open(given);
        });
        return opened?.id ?? null;
      } catch (error) {
        // An earlier try of ours has used it.
        if (tries > 1 && codeOf(error) === "exchanged_trigger_id") return null;
        throw error;
      }
    },
    async changeForm(viewId, view) {
      await inTurn(form("views.update", FILL_MS), () => client.views.update({ view_id: viewId, view }));
    },
    async answer(way, said, until) {
      if (way.by === "direct") return say(await openDirect(way.userId, until), said, null, until);
      if (way.by === "message") return say(way.channelId, said, way.threadTs, until);
      if (way.by === "response_url") {
        const given = { ...said, response_type: "ephemeral", replace_original: false } as const;
        await inTurn({ lane: "response_url", kind: "answer", until }, () => way.respond(given));
        return;
      }
      const { channelId: channel, userId: user } = way;
      const given = { channel, user, ...said, ...inThread(way.threadTs) };
      await inTurn(message("chat.postEphemeral", channel, until), () => client.chat.postEphemeral(given));
    },
  };
}

function inThread(threadTs: string | null): { thread_ts?: string } {
  return threadTs === null ? {} : { thread_ts: threadTs };
}
