import type { Approvers } from "#change/approval.ts";
import { type Change, openDecision } from "#change/change.ts";
import type { DueMessage } from "#change/outbox-port.ts";
import { isPastApproving, stillApprovers } from "#change/still-approve.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import type { Delivery } from "#slack/client/failures.ts";
import type { FindMembers } from "#slack/client/groups.ts";
import type { People } from "#slack/client/people.ts";
import { isUserId } from "#slack/text/blocks.ts";

/** More people than this are a crowd: who else may approve sees the card in the channel. */
const MOST = 20;

/**
 * Finds out who may approve now, and has them get the card as a direct message. It runs in the sender, because it asks Slack:
 * nothing waits for it, and it is tried again. Throws what Slack says.
 */
export async function tellApprovers(
  deps: Pick<SlackDeps, "changes" | "people" | "findMembers" | "outbox" | "log">,
  changeId: string,
  { revision, round }: { revision: number; round: number },
): Promise<Delivery> {
  const change = await deps.changes.get(changeId);
  const open = change === null ? null : openDecision(change);
  const done: Delivery = { kind: "sent", ts: null };
  if (change === null || change.terms === null || open?.revision !== revision || open.round !== round)
    return done;
  const may = await namedIn(stillApprovers(change, change.terms), deps.findMembers);
  const { told, faults } = await whoIsTold(deps, change, may);
  await deps.outbox.addDirect(changeId, told);
  // The rest is told once Slack says who they are: whoever is left out now would never hear of it.
  if (faults.length > 0) throw faults[0];
  return done;
}

/**
 * Where a person's direct channel with the bot is. The channel is remembered before anything is posted there, so that a crash
 * after it finds the message. Throws what Slack says when there can be none.
 */
export async function openDirect(
  { door, outbox }: Pick<SlackDeps, "door" | "outbox">,
  message: DueMessage,
): Promise<string> {
  if (message.person === null) throw new Error(`${message.name} has neither a channel nor a person.`);
  const id = await door.openDirect(message.person);
  await outbox.setChannel(message, id);
  return id;
}

/**
 * Whether the card that stands with a person is still for them to read: a full member yet, and by the rules and the groups of
 * now. Throws when Slack does not say who they are or who is in a group: a card must not be taken from somebody over that.
 */
export async function mayRead(
  { changes, people, certainGroupsOf }: Pick<SlackDeps, "changes" | "people" | "certainGroupsOf">,
  { changeId, person: userId, teamId }: Pick<DueMessage, "changeId" | "person" | "teamId">,
): Promise<boolean> {
  if (userId === null) return false;
  const known = await people.isMember(userId, teamId, "look");
  if (!known.ok && known.fault !== undefined) throw known.fault;
  if (!known.ok) return false;
  const viewer = { person: known.person, groups: await certainGroupsOf(known.person), channelId: null };
  return (await changes.find(viewer, changeId)).kind === "one";
}

/** Who is named for every environment, by their own id or as one of a group's members. */
async function namedIn(approvers: readonly Approvers[], findMembers: FindMembers): Promise<string[]> {
  const groups = [...new Set(approvers.flatMap((one) => one.groups))];
  const members = new Map<string, readonly string[]>();
  for (const group of groups) members.set(group, await findMembers(group));
  const lists = approvers.map(({ users, groups: named }) => [
    ...users,
    ...named.flatMap((group) => members.get(group) ?? []),
  ]);
  const [first = [], ...rest] = lists;
  return [...new Set(first)].filter((id) => isUserId(id) && rest.every((list) => list.includes(id)));
}

/** As many of them as are no crowd; `faults`: what Slack said instead of who somebody is. */
async function whoIsTold(
  { people, log }: Pick<SlackDeps, "people" | "log">,
  change: Change,
  may: readonly string[],
): Promise<{ told: string[]; faults: unknown[] }> {
  const told: string[] = [];
  const faults: unknown[] = [];
  for (const userId of may) {
    if (told.length === MOST) {
      log.info({ change: change.id, may: may.length }, "More people may approve than get the card");
      break;
    }
    const isMeant = await isToBeTold(people, change, userId);
    if (isMeant === true) told.push(userId);
    else if (isMeant !== false) faults.push(isMeant.fault);
  }
  return { told, faults };
}

/** Full members alone: a guest could not decide, and what a change does is not for everybody. `fault`: Slack did not say. */
async function isToBeTold(
  people: People,
  change: Change,
  userId: string,
): Promise<boolean | { fault: unknown }> {
  const teamId = change.home?.teamId ?? "";
  const known = await people.isMember(userId, teamId, "look");
  if (!known.ok) return known.fault === undefined ? false : { fault: known.fault };
  return change.terms === null || !isPastApproving(change, change.terms, known.person);
}
