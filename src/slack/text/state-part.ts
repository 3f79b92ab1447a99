import type { ApprovalTerms } from "#change/approval.ts";
import { type Change, type Decision, openDecision } from "#change/change.ts";
import type { StepRecord } from "#change/journal.ts";
import { whoHadASay } from "#change/say.ts";
import { bold, datePiece, type Part, type Piece, paragraph, personPiece, said } from "./blocks.ts";
import { stateLine } from "./states.ts";
import { cutMiddle, visible } from "./text.ts";
import { mentionPiece, mentionsOf } from "./who-asked.ts";
import { leftToApprove } from "./who-can.ts";

/** More are counted: a line of names is not read. */
const NAMED = 4;
const REASON_CHARS = 300;

/**
 * Where a change stands, in one paragraph. Of what waits for approvals: for whose, how many are there, and until when. Nobody
 * is named whose approval would be refused.
 */
export function statePart(change: Change, steps: readonly StepRecord[]): Part {
  const question = openApproval(change);
  const { terms } = change;
  if (question === null || terms === null || change.stopAsked)
    return paragraph(bold(stateLine(change, steps)));
  if (terms.frozen !== undefined) return paragraph(...frozenPieces(terms.frozen, question));
  return paragraph(...waitsFor(change, question, terms));
}

/** The approval that is open, or null. */
export function openApproval(change: Change): Decision | null {
  const question = change.status === "waiting" ? openDecision(change) : null;
  return question?.gate === "approval" ? question : null;
}

/** With its end, so that it stays true while time goes on. */
function frozenPieces({ until, reason }: NonNullable<ApprovalTerms["frozen"]>, question: Decision): Piece[] {
  return [
    bold("❄ Frozen until "),
    datePiece(until),
    said(`: ${cutMiddle(visible(reason), REASON_CHARS)}. Nothing is approved before.`),
    ...expires(question),
  ];
}

function waitsFor(change: Change, question: Decision, terms: ApprovalTerms): Piece[] {
  const { approvals, expiresAt } = question;
  const need = Math.max(1, terms.quorum - approvals.length);
  const until = expiresAt === null ? [] : [said(" until "), datePiece(expiresAt)];
  const rest = [...countOf(question, terms), ...until];
  const left = leftToApprove(change, terms);
  // Each environment has its own approvers then; they stand below.
  if (left === null)
    return [bold(`🟠 Waiting for ${need === 1 ? "an approval" : `${need} approvals`}`), ...rest];
  const people = [
    ...mentionsOf(left).map(mentionPiece),
    ...(left.tokens ?? []).map((name) => said(`API token ${name}`)),
  ];
  if (people.length === 0) return [bold("🟠 Nobody in Slack can approve this."), ...expires(question)];
  const isAll = people.length === need && left.groups.length === 0;
  const of = isAll || need === 1 ? "" : `${need} of `;
  const who = listed(people, isAll ? "and" : "or");
  return [bold(`🟠 Waiting for ${of}`), ...who, ...cannot(change, terms), ...rest];
}

function expires({ expiresAt }: Decision): Piece[] {
  return expiresAt === null ? [] : [said(" It expires "), datePiece(expiresAt), said(".")];
}

function listed(people: readonly Piece[], last: "and" | "or"): Piece[] {
  const shown = people.slice(0, NAMED);
  const more = people.length - shown.length;
  const all = more > 0 ? [...shown, said(`${more} more`)] : shown;
  return all.flatMap((one, index) => {
    if (index === 0) return [one];
    return [said(index === all.length - 1 ? ` ${last} ` : ", "), one];
  });
}

/** Then the requester may be among those who are named, and nobody here can tell. */
function cannot({ decisions }: Change, { requesterMayApprove, approvers }: ApprovalTerms): Piece[] {
  const isByGroup = approvers.some(({ groups }) => groups.length > 0);
  if (requesterMayApprove || !isByGroup) return [];
  const spoke = whoHadASay(decisions).length > 0 ? ", or said how it should be," : "";
  return [said(` (whoever asked for it${spoke} cannot)`)];
}

function countOf({ approvals }: Decision, { quorum }: ApprovalTerms): Piece[] {
  if (quorum === 1 || approvals.length === 0) return [];
  const by = approvals.flatMap(({ by }, index) => [said(index === 0 ? " by " : ", "), personPiece(by)]);
  return [said(`, ${approvals.length} of ${quorum} approvals given`), ...by, said(",")];
}
