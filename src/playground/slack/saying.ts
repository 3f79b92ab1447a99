import { type Acted, cannot, done, findMembership, findPerson, unheard } from "./acting.ts";
import { isObject, type Json } from "./check.ts";
import type { Delivery } from "./delivery.ts";
import { commandPayload, eventPayload, messageEvent } from "./payloads.ts";
import { APP, type Channel, type Person } from "./people.ts";
import { respond } from "./response-urls.ts";
import type { Ack } from "./socket.ts";
import type { Command, Stand } from "./stand.ts";
import { directId, type Message, type Workspace } from "./workspace.ts";

/** What a person types. */
export type SayInput = { as: string; channel: string; text: string; thread_ts?: string | undefined };

/** What people do by typing, and by looking at the app's Home. */
export function createSaying(stand: Stand, delivery: Delivery) {
  const { workspace } = stand;
  // Slack tells the app of its own direct messages too.
  workspace.follow((happening) => {
    if (happening.type !== "message") return;
    const { message } = happening;
    const channel = workspace.channels.get(message.channel);
    const isNew = !message.edited && message.pastBlocks.length === 0;
    if (channel?.isIm && message.botId !== null && message.ephemeralTo === null && isNew)
      announce(stand, delivery, channel, message).catch(() => undefined);
  });

  function say(input: SayInput): Acted {
    const person = findPerson(stand, input.as);
    if (typeof person === "string") return cannot(person);
    const channel = findMembership(stand, person, input.channel);
    if (typeof channel === "string") return cannot(channel);
    const text = input.text.trim();
    if (text === "") return cannot("There is nothing to send.");
    const threadTs = input.thread_ts ?? null;
    if (text.startsWith("/")) return command(person, channel, text, threadTs !== null);
    return write(person, channel, text, threadTs);
  }

  function command(person: Person, channel: Channel, line: string, inThread: boolean): Acted {
    const word = line.split(/\s/, 1)[0] ?? "";
    const known = stand.commands.find((one) => one.command === word);
    const tellThem = (sentence: string) => {
      workspace.notice(person.id, sentence);
      return unheard();
    };
    if (known === undefined || !stand.scopes.has("commands"))
      return tellThem(`${word} is not a valid command.`);
    if (inThread) return tellThem(`${word} is not supported in threads. Sorry!`);
    return done(
      runCommand(stand, delivery, { person, channel, known, typed: line.slice(word.length).trim() }),
    );
  }

  function write(person: Person, channel: Channel, typed: string, threadTs: string | null): Acted {
    if (threadTs !== null && workspace.find(channel.id, threadTs) === undefined)
      return cannot("The thread is gone.");
    const text = linkNames(workspace, escapeText(typed));
    const message = workspace.add({ channel: channel.id, user: person.id, text, threadTs });
    return { ...done(announce(stand, delivery, channel, message)), ts: message.ts };
  }

  /** A person opens the app's Home, where the app has subscribed to that. */
  function openHome(as: string): Acted {
    const person = findPerson(stand, as);
    if (typeof person === "string") return cannot(person);
    if (!stand.events.has("app_home_opened")) return unheard();
    const channel = directId(person.id);
    const event = { type: "app_home_opened", user: person.id, channel, tab: "home" };
    return done(sendEvent(stand, delivery, { ...event, event_ts: workspace.newTs() }));
  }

  return { say, openHome };
}

type Commanded = { person: Person; channel: Channel; known: Command; typed: string };

async function runCommand(stand: Stand, delivery: Delivery, given: Commanded): Promise<Ack["outcome"]> {
  const { person, channel, known, typed } = given;
  const { workspace } = stand;
  const text = known.shouldEscape ? linkNames(workspace, escapeText(typed)) : escapeText(typed);
  const payload = commandPayload(stand, { person, channel, command: known.command, text });
  const ack = await delivery.deliver("slash_commands", payload, true);
  if (ack.outcome !== "acked") {
    const reason = ack.outcome === "timeout" ? "operation_timeout" : "dispatch_failed";
    workspace.notice(person.id, `${known.command} failed with the error "${reason}"`);
  } else if (isObject(ack.response) && Object.keys(ack.response).length > 0)
    stand.refused.note(
      `the ack of ${known.command}`,
      respond(workspace, { user: person.id, channel: channel.id, original: null }, ack.response),
    );
  return ack.outcome;
}

/** Sends the events the app has subscribed to and may have, for a message in a channel it is in. */
async function announce(
  stand: Stand,
  delivery: Delivery,
  channel: Channel,
  message: Message,
): Promise<Ack["outcome"] | "nothing"> {
  if (!channel.members.has(APP.botUserId)) return "nothing";
  const kind = channel.isIm ? "im" : channel.isPrivate ? "groups" : "channels";
  const mentions = message.text.includes(`<@${APP.botUserId}>`);
  const events = [
    { type: "app_mention" as const, name: "app_mention", scope: "app_mentions:read", due: mentions },
    { type: "message" as const, name: `message.${kind}`, scope: `${kind}:history`, due: true },
  ].filter(({ name, scope, due }) => due && stand.events.has(name) && stand.scopes.has(scope));
  const outcomes = events.map(({ type }) => sendEvent(stand, delivery, messageEvent(stand, message, type)));
  return (await Promise.all(outcomes))[0] ?? "nothing";
}

async function sendEvent(stand: Stand, delivery: Delivery, event: Json): Promise<Ack["outcome"]> {
  const ack = await delivery.deliver("events_api", eventPayload(stand, event), false);
  return ack.outcome;
}

/** What a client makes of typed text: the three characters with a meaning become entities. */
function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** `@ana` and `#infra` become `<@U...>` and `<#C...|infra>`, for people and channels there are. */
function linkNames(workspace: Workspace, text: string): string {
  const people = new Map([...workspace.people.values()].map((person) => [person.name, person.id]));
  const open = [...workspace.channels.values()].filter((channel) => !channel.isIm);
  const channels = new Map(open.map((channel) => [channel.name, channel.id]));
  return text
    .replaceAll(/(?<![\w@])@([a-z0-9._-]+)/gi, (whole, name: string) => {
      const id = people.get(name.toLowerCase());
      return id === undefined ? whole : `<@${id}>`;
    })
    .replaceAll(/(?<![\w#&])#([a-z0-9_-]+)/gi, (whole, name: string) => {
      const id = channels.get(name.toLowerCase());
      return id === undefined ? whole : `<#${id}|${name}>`;
    });
}
