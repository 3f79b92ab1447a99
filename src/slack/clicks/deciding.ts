import type { Change } from "#change/change.ts";
import type { Changes, Decide, Decided } from "#change/changes.ts";
import type { OutboxPort } from "#change/outbox-port.ts";
import type { SlackPerson } from "#change/person.ts";
import { findUnknown, type Seen } from "#slack/cards/unknown-step.ts";
import type { GroupsOf } from "#slack/client/approver-groups.ts";
import type { FindGroups } from "#slack/client/groups.ts";
import type { LookupFor } from "#slack/client/lookups.ts";
import type { People } from "#slack/client/people.ts";
import type { Where } from "#slack/client/where.ts";
import { decisionLine } from "#slack/text/decision-lines.ts";
import { inert } from "#slack/text/text.ts";
import { whoCanStillApprove } from "#slack/text/who-can.ts";

/** What is answered, without who answers. */
export type Given = Omit<Decide, "by" | "groups">;

/** Takes somebody's answer to the port, and says what only they are told of it. Throws only for faults of the port. */
export type DecideAs = (where: Where, given: Given) => Promise<string>;

/** Makes it. Who they are and which groups they are in is asked of Slack now; no answer is a no. */
export function createDecideAs(needs: {
  changes: Changes;
  people: People;
  findGroups: FindGroups;
  isHere: IsHere;
}): DecideAs {
  return async (where, given) => {
    // A Reject runs nothing, so it may work where Slack does not say anew who somebody is.
    const what = given.answer === "reject" ? "stop" : "decide";
    const known = await needs.people.isMember(where.userId, where.userTeamId, what);
    if (!known.ok) return `Nothing was decided. ${known.reason}`;
    const change = await needs.changes.get(given.changeId);
    if (change === null) return answerTo({ kind: "unknown" });
    if (!(await needs.isHere(change, where, what))) return `Nothing was decided: ${notHere(where)}`;
    const by = known.person;
    const { groups, fault } = await groupsFor(needs.findGroups, by, change, given);
    const decided = await needs.changes.decide({ ...given, by, groups });
    // What Slack did not say may be why: that is worth more to them than a list of others.
    return decided.kind === "refused" && decided.terms !== undefined && fault !== null
      ? `Nothing was decided. ${fault}`
      : answerTo(decided, change);
  };
}

/** Why somebody could not give this answer from there, in words for them, before they write a word of it; null when they could, or nobody can tell. */
export type WhyNotAs = (where: Where, given: Given) => Promise<string | null>;

/** Makes it. Where Slack does not say who they are it is no refusal: what they send is looked at anyway. */
export function createWhyNotAs(needs: {
  changes: Changes;
  people: People;
  findGroups: FindGroups;
  isHere: IsHere;
}): WhyNotAs {
  return async (where, given) => {
    const what = given.answer === "reject" ? "stop" : "decide";
    const known = await needs.people.isMember(where.userId, where.userTeamId, what);
    if (!known.ok) return known.fault === undefined ? known.reason : null;
    const change = await needs.changes.get(given.changeId);
    if (change === null || !(await needs.isHere(change, where, what))) return null;
    const by = known.person;
    const { groups, fault } = await groupsFor(needs.findGroups, by, change, given);
    const why = await needs.changes.whyNotDecide({ ...given, by, groups });
    if (why === null || (why.kind === "refused" && why.terms !== undefined && fault !== null)) return null;
    return answerTo(why, change);
  };
}

function groupsFor(
  findGroups: FindGroups,
  by: SlackPerson,
  { terms }: Change,
  { breaksGlass }: Given,
): ReturnType<FindGroups> | Awaited<ReturnType<FindGroups>> {
  return terms === null || breaksGlass === true ? { groups: [], fault: null } : findGroups(by, terms);
}

/** A change for somebody who looks at it from there; `elsewhere`: it is shown at another place only. */
export type FindHere = (changeId: string, where: Where) => Promise<Seen | "elsewhere" | null>;

/**
 * Makes it. Whoever got a card directly may have left the approvers since: what that one decides the port refuses, and what
 * it shows is no more than what they may see by now.
 */
export function createFindHere(needs: HereNeeds): FindHere {
  const { changes } = needs;
  const isHere = createIsHere(needs);
  const maySee = createMaySee(needs);
  return async (changeId, where) => {
    const change = await changes.get(changeId);
    if (change === null) return null;
    if (!(await isHere(change, where))) return "elsewhere";
    const isDirect = where.onHome !== true && change.home?.channelId !== where.channelId;
    if (isDirect && !(await maySee(change.id, where))) return "elsewhere";
    const steps = await changes.steps(changeId);
    return { change, steps, unknown: await findUnknown(changes, change, steps) };
  };
}

/**
 * Whether a click on a change counts there: where the change belongs, where its card was put before exactly this person, or
 * on a person's own Home if they may see the change by the rules of now.
 */
export type IsHere = (change: Change, where: Where, what?: LookupFor) => Promise<boolean>;

/** On a Home: what Slack did not say may be why. */
export const NOT_YOURS =
  "by the rules as they are now, and as far as Slack says who is in which group, this change is not for you to see. Open your Home again.";

/** Why a click does not count where it was made, after a colon. */
export function notHere({ onHome }: Where): string {
  return onHome === true ? NOT_YOURS : "this change belongs to another channel, so it is decided there.";
}

type HereNeeds = {
  changes: Changes;
  people: People;
  groupsOf: GroupsOf;
  isDirectCard: OutboxPort["isDirectCard"];
};

/** Makes it. A Home says what was true when it was published, so who looks is asked anew. */
export function createIsHere(needs: HereNeeds): IsHere {
  const maySee = createMaySee(needs);
  return async ({ id, home }, where, what) => {
    const { userId, channelId, teamId, onHome } = where;
    if (onHome === true) return maySee(id, where, what);
    if (home === null || home.teamId !== teamId) return false;
    return home.channelId === channelId || needs.isDirectCard({ changeId: id, userId, channelId });
  };
}

/** Whether somebody may see a change outside of its channel, by the rules of now. */
function createMaySee({ changes, people, groupsOf }: Omit<HereNeeds, "isDirectCard">) {
  return async (
    changeId: string,
    { userId, userTeamId }: Where,
    what: LookupFor = "decide",
  ): Promise<boolean> => {
    const known = await people.isMember(userId, userTeamId, what);
    if (!known.ok) return false;
    const viewer = { person: known.person, groups: await groupsOf(known.person), channelId: null };
    return (await changes.find(viewer, changeId)).kind === "one";
  };
}

function answerTo(decided: Decided, about: Change | null = null): string {
  switch (decided.kind) {
    case "decided":
      return decidedText(decided);
    case "counted": {
      const so = `${decided.count} of ${decided.quorum}`;
      return decided.isNew
        ? `Your approval counts: ${so}. Nothing runs before somebody else has approved too.`
        : `You have approved this already: ${so}. Somebody else has to approve too.`;
    }
    case "already":
      return `This is decided already: ${decisionLine(decided.decision)}. Your click changed nothing.`;
    case "stale":
      return `Nothing was decided. ${inert(decided.reason)} The card shows where it stands.`;
    case "refused": {
      const { terms } = decided;
      const who = terms === undefined || about === null ? [] : whoCanStillApprove(about, terms);
      return [`Nothing was decided. ${inert(decided.reason)}`, ...who].join("\n");
    }
    case "unknown":
      return "Nothing was decided: Greenlight does not know this change any more.";
  }
}

function decidedText(decided: Extract<Decided, { kind: "decided" }>): string {
  switch (decided.decision.answer) {
    case "approve":
      return decided.decision.brokeGlass
        ? "You broke the glass. It runs now; the card says so, with your reason."
        : "Approved. It runs now; the card and its thread follow it.";
    case "reject":
      return "Rejected. Nothing is run.";
    case "request_changes":
      return "Another plan is made after your words. It is a new revision, and waits for an approval of its own; the card follows it.";
    case "answered":
      return "Answered. The plan is made with it; the card follows it.";
    case "accept":
      return "Accepted as it is. Nothing more is run.";
    case "roll_back":
      return "The rollback starts now; the card and its thread follow it.";
    case "happened":
      if (decided.change.cancel !== null)
        return "It counts as done, by your word. The change was cancelled, so nothing more of its plan is run; the card and its thread follow what comes next.";
      return "It counts as done, by your word. What comes after it goes on; the card and its thread follow it.";
    case "did_not_happen":
      if (decided.change.cancel !== null)
        return "By your word it did not happen. The change was cancelled, so nothing more of its plan is run; the card and its thread follow what comes next.";
      return "By your word it did not happen, so it runs again now; the card and its thread follow it.";
    default:
      return "Recorded.";
  }
}
