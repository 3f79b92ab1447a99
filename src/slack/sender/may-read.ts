import type { Changes } from "#change/changes.ts";
import type { DueMessage } from "#change/outbox-port.ts";
import type { GroupsOf } from "#slack/client/approver-groups.ts";
import type { People } from "#slack/client/people.ts";

/**
 * Whether the card that stands with a person is still for them to read: a full member yet, and by the rules and the groups of
 * now. Throws when Slack does not say who they are or who is in a group: a card must not be taken from somebody over that.
 */
export type MayRead = (message: Pick<DueMessage, "changeId" | "person" | "teamId">) => Promise<boolean>;

/** Makes the question; `groupsOf` is one that throws. */
export function createMayRead(needs: { changes: Changes; people: People; groupsOf: GroupsOf }): MayRead {
  const { changes, people, groupsOf } = needs;
  return async ({ changeId, person: userId, teamId }) => {
    if (userId === null) return false;
    const known = await people.isMember(userId, teamId, "look");
    if (!known.ok && known.fault !== undefined) throw known.fault;
    if (!known.ok) return false;
    const viewer = { person: known.person, groups: await groupsOf(known.person), channelId: null };
    return (await changes.find(viewer, changeId)).kind === "one";
  };
}
