import type { types } from "@slack/bolt";
import type { ApprovalTerms } from "#change/approval.ts";
import type { Change, Decision } from "#change/change.ts";
import { bold, dateMrkdwn, type Part, paragraph, said, smallPrint } from "#slack/text/blocks.ts";
import { openApproval } from "#slack/text/state-part.ts";
import { cutMiddle, inert, visible } from "#slack/text/text.ts";
import {
  approvedBefore,
  escalatedTo,
  leftToApprove,
  whoCanApprove,
  whoCanStillApprove,
} from "#slack/text/who-can.ts";

const WARNING_CHARS = 600;

/** What everybody has to know about its approval: that nobody could give it, or that somebody gave it alone. */
export function approvalWarnings(change: Change): Part[] {
  const alone = change.decisions.find(
    ({ brokeGlass, revision }) => brokeGlass && revision === change.revision,
  );
  if (alone !== undefined)
    return [
      paragraph(
        bold("Break glass, approved by one person alone: "),
        said(cutMiddle(visible(alone.reason ?? ""), WARNING_CHARS)),
      ),
    ];
  const problem = openApproval(change) === null ? null : (change.terms?.problem ?? null);
  if (problem === null) return [];
  return [
    paragraph(bold("This cannot be approved as it is: "), said(cutMiddle(visible(problem), WARNING_CHARS))),
  ];
}

/** What the open approval takes beside what the state says: whom the wait has brought, who can of several environments, freezes to come. Of a plan only, all it would take. */
export function approvalBlocks(change: Change): types.KnownBlock[] {
  const lines = change.planOnly ? plannedLines(change) : approvalLines(change);
  return lines.length === 0 ? [] : [smallPrint(...lines)];
}

/** What an approval by these terms takes, in mrkdwn, where nobody is asked yet. */
export function termsLines(terms: ApprovalTerms): string[] {
  const { quorum } = terms;
  const own = terms.requesterMayApprove ? "" : " (whoever asks for it cannot)";
  const [first = "", ...others] = whoCanApprove(terms);
  const needed = quorum === 1 ? "1 approval needed" : `${quorum} approvals needed`;
  return [needed, `${first}${own}`, ...others.slice(0, 3), ...freezeLines(terms)];
}

/** In place of the buttons while a part of the plan is not in the thread yet: nobody approves what they cannot read. */
export function heldActions(change: Change): types.KnownBlock[] {
  if (openApproval(change) === null) return [];
  return [
    smallPrint("The rest of the plan is being posted to the thread. The buttons come when all of it stands."),
  ];
}

function plannedLines({ terms, status }: Change): string[] {
  if (terms === null || status !== "planned") return [];
  return terms.asksPerson
    ? ["To run it would take:", ...termsLines(terms)]
    : ["To run it, the policy would ask nobody"];
}

function approvalLines(change: Change): string[] {
  const question = openApproval(change);
  const { terms } = change;
  if (question === null || terms === null) return [];
  const several = leftToApprove(change, terms) === null ? whoCanStillApprove(change, terms) : [];
  return [...escalationLines(change, question, terms), ...several.slice(0, 4), ...freezeLines(terms)];
}

/** Whom the wait has brought, and since when. */
function escalationLines(change: Change, question: Decision, terms: ApprovalTerms): string[] {
  const { escalatedAt } = question;
  const brought = escalatedTo(change, terms);
  if (escalatedAt === null || brought.length === 0) return [];
  const given = approvedBefore(question);
  const why = given === 0 ? "nobody had answered" : `${given} of ${terms.quorum} had approved`;
  return [`Escalated to ${brought.join(", ")} ${dateMrkdwn(escalatedAt)}: ${why}`];
}

/** Said as from and until, so that the card stays true while time goes on. */
function freezeLines(terms: ApprovalTerms): string[] {
  const { freezes, frozen } = terms;
  const others = freezes.filter((one) => one.until !== frozen?.until || one.reason !== frozen.reason);
  return others.slice(0, 2).map(({ from, until, environments, reason }) => {
    const where = environments.length === 0 ? "" : ` of ${inert(cutMiddle(environments.join(", "), 100))}`;
    return `Freeze${where} from ${dateMrkdwn(from)} until ${dateMrkdwn(until)}, nothing is approved: ${inert(visible(reason))}`;
  });
}
