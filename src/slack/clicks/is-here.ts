import type { Change } from "#change/change.ts";
import { findUnknown, type Seen } from "#slack/cards/unknown-step.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import type { LookupFor } from "#slack/client/lookups.ts";
import type { Where } from "#slack/client/where.ts";

/** What telling takes where a click counts. */
export type HereDeps = Pick<SlackDeps, "changes" | "people" | "groupsOf" | "outbox">;

/**
 * A change for somebody who looks at it from there; `elsewhere`: it is shown at another place only. Whoever got a card
 * directly may have left the approvers since: what that one decides the port refuses, and what it shows is no more than what
 * they may see by now.
 */
export async function findHere(
  deps: HereDeps,
  changeId: string,
  where: Where,
): Promise<Seen | "elsewhere" | null> {
  const { changes } = deps;
  const change = await changes.get(changeId);
  if (change === null) return null;
  if (!(await isHere(deps, change, where))) return "elsewhere";
  const isDirect = where.onHome !== true && change.home?.channelId !== where.channelId;
  if (isDirect && !(await maySee(deps, change.id, where))) return "elsewhere";
  const steps = await changes.steps(changeId);
  return { change, steps, unknown: await findUnknown(changes, change, steps) };
}

/**
 * Whether a click on a change counts there: where the change belongs, where its card was put before exactly this person, or
 * on a person's own Home if they may see the change by the rules of now. A Home says what was true when it was published, so
 * who looks is asked anew.
 */
export async function isHere(
  deps: HereDeps,
  { id, home }: Change,
  where: Where,
  what?: LookupFor,
): Promise<boolean> {
  const { userId, channelId, teamId, onHome } = where;
  if (onHome === true) return maySee(deps, id, where, what);
  if (home === null || home.teamId !== teamId) return false;
  return home.channelId === channelId || deps.outbox.isDirectCard({ changeId: id, userId, channelId });
}

/** On a Home: what Slack did not say may be why. */
export const NOT_YOURS =
  "by the rules as they are now, and as far as Slack says who is in which group, this change is not for you to see. Open your Home again.";

/** Why a click does not count where it was made, after a colon. */
export function notHere({ onHome }: Where): string {
  return onHome === true ? NOT_YOURS : "this change belongs to another channel, so it is decided there.";
}

/** Whether somebody may see a change outside of its channel, by the rules of now. */
async function maySee(
  { changes, people, groupsOf }: HereDeps,
  changeId: string,
  { userId, userTeamId }: Where,
  what: LookupFor = "decide",
): Promise<boolean> {
  const known = await people.isMember(userId, userTeamId, what);
  if (!known.ok) return false;
  const viewer = { person: known.person, groups: await groupsOf(known.person), channelId: null };
  return (await changes.find(viewer, changeId)).kind === "one";
}
