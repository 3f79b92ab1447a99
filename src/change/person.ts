import { z } from "zod";

/**
 * Somebody in a Slack workspace. The ids come from a verified payload, never from text. `enterpriseUserId` is who they are
 * in the whole organisation (Enterprise Grid, W…), where Slack says so.
 */
const SlackPerson = z.object({
  kind: z.literal("slack"),
  teamId: z.string(),
  userId: z.string(),
  enterpriseUserId: z.string().optional(),
});

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
 * Whether two identities are the same human being, as far as anybody can tell: a Slack user id in common, or the same
 * token name. A token that names a Slack id is that Slack user. The workspace is left out on purpose: in an organisation
 * one person has one id in many workspaces, and what hangs on this (nobody approves their own change, nobody counts twice)
 * is safe only when doubt says "the same". Who may approve is compared with the workspace (policy/approvals/approvers.ts).
 */
export function isSamePerson(one: Person, other: Person): boolean {
  const ids = new Set(identitiesOf(one));
  return identitiesOf(other).some((id) => ids.has(id));
}

/** Every Slack user id this person is known by; none for the policy. */
export function slackIdsOf(person: Person): string[] {
  switch (person.kind) {
    case "slack":
      return [person.userId, ...(person.enterpriseUserId === undefined ? [] : [person.enterpriseUserId])];
    case "token":
      return person.slackId === null ? [] : [person.slackId];
    case "policy":
      return [];
  }
}

/** Who somebody is, in words that notify nobody. */
export function personInWords(person: Person): string {
  switch (person.kind) {
    case "slack":
      return `Slack user ${person.userId}`;
    case "token":
      return `API token ${person.name}`;
    case "policy":
      return "the policy";
  }
}

function identitiesOf(person: Person): string[] {
  const names = person.kind === "token" ? [`token:${person.name}`] : [];
  return [...names, ...slackIdsOf(person).map((id) => `slack:${id}`)];
}
