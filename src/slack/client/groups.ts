import { webApi } from "@slack/bolt";
import { z } from "zod";
import type { ApprovalTerms } from "#change/approval.ts";
import { type Person, slackIdsOf } from "#change/person.ts";

/** The groups a person is in as Slack says now, and why it could not be said of others; those count as not being in. */
export type Membership = { groups: string[]; fault: string | null };

/** Asks Slack about the groups that decide whether this person may approve. Never throws. */
export type FindGroups = (person: Person, terms: ApprovalTerms) => Promise<Membership>;

const Members = z.object({
  users: z.array(z.string()),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

/** Makes the question. Whoever is named himself is not looked for in groups: Slack takes about twenty such calls a minute. */
export function createFindGroups(client: webApi.WebClient): FindGroups {
  return async (person, terms) => {
    const ids = slackIdsOf(person);
    const open = terms.approvers.filter(({ users: named }) => !ids.some((id) => named.includes(id)));
    const wanted = [...new Set(open.flatMap(({ groups }) => groups))];
    const answers = await Promise.all(wanted.map((group) => ask(client, group, ids)));
    return {
      groups: wanted.filter((_, index) => answers[index] === true),
      fault: answers.find((answer) => typeof answer === "string") ?? null,
    };
  };
}

/** Who is in a group now, as far as the first page says; nobody where Slack has no such group. Throws what may be otherwise later. */
export type FindMembers = (group: string) => Promise<readonly string[]>;

/** Nobody will be found there, however often it is asked. */
const nobody = new Set(["missing_scope", "no_such_subteam", "plan_upgrade_required"]);

/** Makes that question. */
export function createFindMembers(client: webApi.WebClient): FindMembers {
  return async (group) => {
    try {
      const answer = await client.usergroups.users.list({ usergroup: group, include_disabled: false });
      return Members.parse(answer).users;
    } catch (error) {
      if (error instanceof webApi.WebAPIPlatformError && nobody.has(error.data.error)) return [];
      throw error;
    }
  };
}

/** Whether one of the ids is in the group, or why that is not known. A disabled group is none. */
async function ask(
  client: webApi.WebClient,
  group: string,
  ids: readonly string[],
): Promise<boolean | string> {
  const found = await findMembers(client, group);
  if (!found.ok) return found.fault;
  if (ids.some((id) => found.members.includes(id))) return true;
  // A list that goes on might hold them; nobody is let in or kept out by half an answer without being told.
  return found.isWhole ? false : unclear(group);
}

/** Who is in a user group as Slack says now, or why it does not say. Never throws. */
async function findMembers(
  client: webApi.WebClient,
  group: string,
): Promise<{ ok: true; members: readonly string[]; isWhole: boolean } | { ok: false; fault: string }> {
  try {
    const answer = Members.safeParse(
      await client.usergroups.users.list({ usergroup: group, include_disabled: false }),
    );
    if (!answer.success) return { ok: false, fault: unclear(group) };
    const { users: members, response_metadata: more } = answer.data;
    return { ok: true, members, isWhole: (more?.next_cursor ?? "") === "" };
  } catch (error) {
    return { ok: false, fault: whyUnanswered(error, group) };
  }
}

function whyUnanswered(error: unknown, group: string): string {
  if (error instanceof webApi.WebAPIPlatformError) {
    const { error: code } = error.data;
    if (code === "missing_scope")
      return "Greenlight lacks the Slack permission to look at user groups (usergroups:read), and the policy names groups as approvers. Whoever installed it updates the app from manifest.yml and installs it again.";
    if (code === "no_such_subteam")
      return `The policy names the user group ${group} as approvers, and Slack has no such group, or it is disabled. Whoever runs Greenlight mends approvals in the policy file.`;
    if (code === "plan_upgrade_required")
      return `The policy names the user group ${group} as approvers, and this workspace's plan has no user groups. Whoever runs Greenlight names users instead.`;
  }
  return unclear(group);
}

function unclear(group: string): string {
  return `Slack did not say who is in the user group ${group}. Try again in a minute.`;
}
