import type { Changes } from "../change/changes.ts";
import type { GroupsOf } from "./approver-groups.ts";
import type { DueMessage } from "./outbox-port.ts";

/** Whether the card that stands with a person is still for them to read, by the rules and the groups of now. Throws when Slack does not say who is in a group: a card must not be taken from somebody over that. */
export type MayRead = (message: Pick<DueMessage, "changeId" | "person" | "teamId">) => Promise<boolean>;

/** Makes the question; `groupsOf` is one that throws. */
export function createMayRead({ changes, groupsOf }: { changes: Changes; groupsOf: GroupsOf }): MayRead {
  return async ({ changeId, person: userId, teamId }) => {
    if (userId === null) return false;
    const person = { kind: "slack", teamId, userId } as const;
    const viewer = { person, groups: await groupsOf(person), channelId: null };
    return (await changes.find(viewer, changeId)).kind === "one";
  };
}
