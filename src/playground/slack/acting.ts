import type { Channel, Person } from "./people.ts";
import type { Ack } from "./socket.ts";
import type { Stand } from "./stand.ts";
import { canSee } from "./workspace.ts";

/**
 * What came of an act. `error` is the sentence when it could not be done at all. `delivered` resolves when the app
 * acked or failed to; "nothing" when the app has no part in it.
 */
export type Acted = {
  ok: boolean;
  error?: string;
  ts?: string;
  delivered: Promise<Ack["outcome"] | "nothing">;
};

/** An act that could not be done. */
export function cannot(error: string): Acted {
  return { ok: false, error, delivered: Promise.resolve("nothing") };
}

/** An act the app hears of. */
export function done(delivered: Acted["delivered"]): Acted {
  return { ok: true, delivered };
}

/** An act the app does not hear of. */
export function unheard(): Acted {
  return { ok: true, delivered: Promise.resolve("nothing") };
}

/** A person who may act: known, not a bot, not deactivated; else a sentence. */
export function findPerson(stand: Stand, id: string): Person | string {
  const person = stand.workspace.people.get(id);
  if (person === undefined) return `Nobody here has the id ${id}.`;
  if (person.isBot) return `${person.realName} is an app and types nothing.`;
  return person.deleted ? `${person.realName}'s account is deactivated.` : person;
}

/** A channel this person can look into; else a sentence. */
export function findVisible(stand: Stand, person: Person, id: string): Channel | string {
  const channel = stand.workspace.channels.get(id);
  return channel !== undefined && canSee(channel, person.id) ? channel : "There is no such channel.";
}

/** A channel this person can write in; else a sentence. */
export function findMembership(stand: Stand, person: Person, id: string): Channel | string {
  const channel = findVisible(stand, person, id);
  if (typeof channel === "string" || channel.members.has(person.id)) return channel;
  return `${person.realName} is not in #${channel.name}.`;
}
