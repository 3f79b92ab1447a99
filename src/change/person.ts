import { z } from "zod";

/** Somebody in a Slack workspace. Both ids come from a verified payload, never from text. */
const SlackPerson = z.object({ kind: z.literal("slack"), teamId: z.string(), userId: z.string() });

/** The holder of an API token; `slackId` is who they are in Slack, when the token says so. */
const TokenPerson = z.object({
  kind: z.literal("token"),
  name: z.string(),
  role: z.enum(["requester", "approver"]),
  slackId: z.string().nullable(),
});

/** The policy itself, where it asks for nobody. */
const PolicyPerson = z.object({ kind: z.literal("policy"), version: z.string() });

/** Who asked, or who decided. */
export const Person = z.discriminatedUnion("kind", [SlackPerson, TokenPerson, PolicyPerson]);
export type Person = z.infer<typeof Person>;
export type SlackPerson = z.infer<typeof SlackPerson>;
export type TokenPerson = z.infer<typeof TokenPerson>;

/**
 * Whether two identities are the same human being, as far as anybody can tell:
 * the same Slack user id, or the same token name. A token that names a Slack id is that Slack user.
 */
export function isSamePerson(one: Person, other: Person): boolean {
  const ids = new Set(identitiesOf(one));
  return identitiesOf(other).some((id) => ids.has(id));
}

function identitiesOf(person: Person): string[] {
  switch (person.kind) {
    case "slack":
      return [`slack:${person.userId}`];
    case "token":
      return person.slackId === null
        ? [`token:${person.name}`]
        : [`token:${person.name}`, `slack:${person.slackId}`];
    case "policy":
      return [];
  }
}
