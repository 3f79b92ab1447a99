import { type Person, slackIdsOf } from "#change/person.ts";
import type { FindMembers } from "./groups.ts";

/** Of the user groups the policy names as approvers, those a person is in. Good for finding only: a decision asks anew. */
export type GroupsOf = (person: Person) => Promise<string[]>;

/** Slack takes about twenty such calls a minute, and each group is one. */
const FRESH_MS = 60_000;

/**
 * Makes the question; what Slack says of a group is kept for a minute. Throws what `findMembers` throws, and asks again then.
 * `guess`: where somebody waits for an answer, a group that Slack says nothing of counts as one without them, this time.
 */
export function createGroupsOf(
  findMembers: FindMembers,
  groups: readonly string[],
  now: () => Date,
  guess = false,
): GroupsOf {
  const known = new Map<string, { members: Promise<readonly string[]>; until: number }>();
  const membersOf = (group: string): Promise<readonly string[]> => {
    const kept = known.get(group);
    if (kept !== undefined && kept.until > now().getTime()) return kept.members;
    const members = findMembers(group);
    known.set(group, { members, until: now().getTime() + FRESH_MS });
    members.catch(() => known.delete(group));
    return members;
  };
  const orNobody = (group: string) => (guess ? membersOf(group).catch(() => []) : membersOf(group));
  return async (person) => {
    const ids = slackIdsOf(person);
    const answers = await Promise.all(groups.map(orNobody));
    return groups.filter((_, index) => ids.some((id) => answers[index]?.includes(id)));
  };
}
