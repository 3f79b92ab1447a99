import type { Change } from "#change/change.ts";
import type { Decide, Decided } from "#change/changes.ts";
import type { SlackPerson } from "#change/person.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import type { FindGroups } from "#slack/client/groups.ts";
import type { Where } from "#slack/client/where.ts";
import { decisionLine } from "#slack/text/decision-lines.ts";
import { inert } from "#slack/text/text.ts";
import { whoCanStillApprove } from "#slack/text/who-can.ts";
import { type HereDeps, isHere, notHere } from "./is-here.ts";

/** What deciding takes of what Slack shares; cancelling takes the same. */
export type DecidingDeps = HereDeps & Pick<SlackDeps, "findGroups">;

/** What is answered, without who answers. */
export type Given = Omit<Decide, "by" | "groups">;

/** Takes somebody's answer to the port, and says what only they are told of it. Throws only for faults of the port. */
export async function decideAs(deps: DecidingDeps, where: Where, given: Given): Promise<string> {
  return (await answerAs(deps, where, given)).text;
}

/**
 * The same, and whether it was taken: words of one that was not must not be lost. Who they are and which groups they are in
 * is asked of Slack now; no answer is a no.
 */
export async function answerAs(
  deps: DecidingDeps,
  where: Where,
  given: Given,
): Promise<{ text: string; isTaken: boolean }> {
  const not = (text: string) => ({ text, isTaken: false });
  // A Reject runs nothing, so it may work where Slack does not say anew who somebody is.
  const what = given.answer === "reject" ? "stop" : "decide";
  const known = await deps.people.isMember(where.userId, where.userTeamId, what);
  if (!known.ok) return not(`Nothing was decided. ${known.reason}`);
  const change = await deps.changes.get(given.changeId);
  if (change === null) return not(answerTo({ kind: "unknown" }));
  if (!(await isHere(deps, change, where, what))) return not(`Nothing was decided: ${notHere(where)}`);
  const by = known.person;
  const { groups, fault } = await groupsFor(deps.findGroups, by, change, given);
  const decided = await deps.changes.decide({ ...given, by, groups });
  // What Slack did not say may be why: that is worth more to them than a list of others.
  if (decided.kind === "refused" && decided.terms !== undefined && fault !== null)
    return not(`Nothing was decided. ${fault}`);
  const isTaken = decided.kind === "decided" || decided.kind === "counted";
  return { text: answerTo(decided, change), isTaken };
}

/**
 * Why somebody could not give this answer from there, in words for them, before they write a word of it; null when they
 * could, or nobody can tell. Where Slack does not say who they are it is no refusal: what they send is looked at anyway.
 */
export async function whyNotAs(deps: DecidingDeps, where: Where, given: Given): Promise<string | null> {
  const what = given.answer === "reject" ? "stop" : "decide";
  const known = await deps.people.isMember(where.userId, where.userTeamId, what);
  if (!known.ok) return known.fault === undefined ? known.reason : null;
  const change = await deps.changes.get(given.changeId);
  if (change === null || !(await isHere(deps, change, where, what))) return null;
  const by = known.person;
  const { groups, fault } = await groupsFor(deps.findGroups, by, change, given);
  const why = await deps.changes.whyNotDecide({ ...given, by, groups });
  if (why === null || (why.kind === "refused" && why.terms !== undefined && fault !== null)) return null;
  return answerTo(why, change);
}

function groupsFor(
  findGroups: FindGroups,
  by: SlackPerson,
  { terms }: Change,
  { breaksGlass }: Given,
): ReturnType<FindGroups> | Awaited<ReturnType<FindGroups>> {
  return terms === null || breaksGlass === true ? { groups: [], fault: null } : findGroups(by, terms);
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
