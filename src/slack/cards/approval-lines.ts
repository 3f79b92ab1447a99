import type { types } from "@slack/bolt";
import type { ApprovalTerms } from "#change/approval.ts";
import { type Change, type Decision, openDecision } from "#change/change.ts";
import { whoHadASay } from "#change/say.ts";
import {
  bold,
  dateMrkdwn,
  type Part,
  paragraph,
  personMrkdwn,
  said,
  smallPrint,
} from "#slack/text/blocks.ts";
import { cutMiddle, inert, visible } from "#slack/text/text.ts";
import { approvedBefore, escalatedTo, whoCanApprove, whoCanStillApprove } from "#slack/text/who-can.ts";

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

/** What the open approval takes: how many of how many, until when, who can, what is frozen. Of a plan only, what it would take. */
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
  const { quorum } = terms;
  const given = question.approvals.map(({ by }) => personMrkdwn(by));
  const count = quorum === 1 ? "1 approval needed" : `${given.length} of ${quorum} approvals`;
  const by = given.length === 0 ? "" : `, by ${given.join(", ")}`;
  const own = terms.requesterMayApprove || !isByGroup(terms) ? "" : cannotWords(change);
  const [first = "", ...others] = whoCanStillApprove(change, terms);
  return [
    `${count}${by}`,
    ...escalationLines(change, question, terms),
    `${first}${own}`,
    ...others.slice(0, 3),
    ...freezeLines(terms),
  ];
}

/** Then the requester may be among those who are named, and nobody here can tell. */
function isByGroup({ approvers }: ApprovalTerms): boolean {
  return approvers.some(({ groups }) => groups.length > 0);
}

function cannotWords({ decisions }: Change): string {
  const spoke = whoHadASay(decisions).length > 0;
  return spoke
    ? " (whoever asked for it, or said how it should be, cannot)"
    : " (whoever asked for it cannot)";
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
  return terms.freezes.slice(0, 2).map(({ from, until, environments, reason }) => {
    const where = environments.length === 0 ? "" : ` of ${inert(cutMiddle(environments.join(", "), 100))}`;
    return `Freeze${where} from ${dateMrkdwn(from)} until ${dateMrkdwn(until)}, nothing is approved: ${inert(visible(reason))}`;
  });
}

function openApproval(change: Change): Decision | null {
  const question = change.status === "waiting" ? openDecision(change) : null;
  return question?.gate === "approval" ? question : null;
}
