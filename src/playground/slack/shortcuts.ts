import { type Acted, cannot, done, findPerson, findVisible } from "./acting.ts";
import type { Json } from "./check.ts";
import type { Delivery } from "./delivery.ts";
import { messageShortcutPayload, shortcutPayload } from "./payloads.ts";
import type { Person } from "./people.ts";
import type { Ack } from "./socket.ts";
import type { Shortcut, Stand } from "./stand.ts";

/** A shortcut of the app: with a message, what that one's menu offers; without, what the menu beside the composer does. */
export type ShortcutInput = {
  as: string;
  callback_id: string;
  /** Where the person is looking. */
  channel?: string | undefined;
  ts?: string | undefined;
};

const SLOW = "The app did not react within 3 seconds (operation_timeout). Try it again.";
const AWAY = "The app could not be reached (dispatch_failed). Try it again.";

/** The shortcuts of an app as its manifest says when nothing else is given. */
export const defaultShortcuts: Shortcut[] = [
  { type: "global", name: "Ask for a change", callbackId: "greenlight:ask_shortcut" },
  {
    type: "message",
    name: "Plan a change from this",
    callbackId: "greenlight:ask_message_shortcut",
  },
];

/** What people do by choosing a shortcut. */
export function createShortcuts(stand: Stand, delivery: Delivery) {
  function shortcut(input: ShortcutInput): Acted {
    const person = findPerson(stand, input.as);
    if (typeof person === "string") return cannot(person);
    const type = input.ts === undefined ? "global" : "message";
    const known = stand.shortcuts.some((one) => one.type === type && one.callbackId === input.callback_id);
    if (!known || !stand.scopes.has("commands")) return cannot("The app has no such shortcut.");
    return input.ts === undefined
      ? send(person, shortcutPayload(stand, person, input.callback_id, input.channel ?? null))
      : onMessage(person, input, input.ts);
  }

  function onMessage(person: Person, input: ShortcutInput, ts: string): Acted {
    const channel = findVisible(stand, person, input.channel ?? "");
    if (typeof channel === "string") return cannot(channel);
    const message = stand.workspace.find(channel.id, ts);
    if (message === undefined || message.ephemeralTo !== null) return cannot("That message is gone.");
    const given = { person, channel, message, callbackId: input.callback_id };
    return send(person, messageShortcutPayload(stand, given));
  }

  function send(person: Person, payload: Json): Acted {
    return done(deliver(person, payload));
  }

  async function deliver(person: Person, payload: Json): Promise<Ack["outcome"]> {
    const ack = await delivery.deliver("interactive", payload, false);
    if (ack.outcome === "timeout") stand.workspace.notice(person.id, SLOW);
    if (ack.outcome === "failed") stand.workspace.notice(person.id, AWAY);
    return ack.outcome;
  }

  return { shortcut };
}
