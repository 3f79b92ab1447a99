import type { Person } from "#change/person.ts";
import { CHANNELS, TEAM, USERS } from "#playground/slack/people.ts";
import type { Program } from "#test/support/program.ts";
import type { Case } from "./case.ts";

/** Somebody of the playground's workspace. */
export function personOf(name: Case["asks"]["person"]): Person {
  return { kind: "slack", teamId: TEAM.id, userId: USERS[name] };
}

/** Asks as this person in this channel; the change's id. A refusal by the rules is one of the case's answers: null. */
export async function askAs(
  program: Program,
  { person, channel }: Case["asks"],
  request: string,
): Promise<string> {
  const asked = await program.app.changes.ask({
    request,
    requester: personOf(person),
    home: { teamId: TEAM.id, channelId: CHANNELS[channel] },
    planOnly: false,
    idempotencyKey: crypto.randomUUID(),
  });
  if (asked.kind === "accepted" || asked.kind === "repeated") return asked.change.id;
  throw new NotTaken(asked.reason);
}

/** The rules do not let somebody ask for it. */
export class NotTaken extends Error {}
