import type { webApi } from "@slack/bolt";
import { type Person, slackIdsOf } from "../change/person.ts";
import { findMembers } from "./groups.ts";

/** Of the user groups the policy names as approvers, those a person is in. Good for finding only: a decision asks anew. */
export type GroupsOf = (person: Person) => Promise<string[]>;

/** Slack takes about twenty such calls a minute, and each group is one. */
const FRESH_MS = 60_000;

/** Makes the question; what Slack says of a group is kept for a minute. A group it says nothing of counts as one they are not in. */
export function createGroupsOf(
  client: webApi.WebClient,
  groups: readonly string[],
  now: () => Date,
): GroupsOf {
  const known = new Map<string, { members: Promise<readonly string[]>; until: number }>();
  const membersOf = (group: string): Promise<readonly string[]> => {
    const kept = known.get(group);
    if (kept !== undefined && kept.until > now().getTime()) return kept.members;
    const members = findMembers(client, group).then((found) => (found.ok ? found.members : []));
    known.set(group, { members, until: now().getTime() + FRESH_MS });
    return members;
  };
  return async (person) => {
    const ids = slackIdsOf(person);
    const answers = await Promise.all(groups.map(membersOf));
    return groups.filter((_, index) => ids.some((id) => answers[index]?.includes(id)));
  };
}
