import type { types } from "@slack/bolt";
import { type Answer, type Change, type Decision, lastDecision, openDecision } from "#change/change.ts";
import { unfolded } from "#change/folded.ts";
import type { StepRecord } from "#change/journal.ts";
import { slackIdsOf } from "#change/person.ts";
import { whoHadASay } from "#change/say.ts";
import { askedFor } from "#slack/text/asked-for.ts";
import { bold, headline, paragraph, type Rendered, rich, said, smallPrint } from "#slack/text/blocks.ts";
import { answeredLines, decisionLine } from "#slack/text/decision-lines.ts";
import { inOrder } from "#slack/text/facts.ts";
import { CARD_REQUEST_CHARS } from "#slack/text/limits.ts";
import type { LinkTo } from "#slack/text/link-to.ts";
import type { Takes } from "#slack/text/rich-kinds.ts";
import { aboutWords, stateLine, stateWords, titleWords } from "#slack/text/states.ts";
import { cutMiddle, inert, visible } from "#slack/text/text.ts";
import { approvalActions, detailsButton, operatorButtons } from "./actions.ts";
import { cancelLines } from "./cancel-buttons.ts";
import { renderCard } from "./card.ts";
import { shortId } from "./listed-rows.ts";
import { nameLine } from "./name-line.ts";
import { planPageCount } from "./plan-pages.ts";
import { type Seen, type UnknownStep, unknownBlocks } from "./unknown-step.ts";

const WHY_CHARS = 900;

const answered: Partial<Record<Answer, string>> = {
  approve: "Approved",
  reject: "Rejected, nothing was run",
  request_changes: "Another plan was asked for",
  expire: "Expired, nothing was run",
  cancel: "Cancelled",
};

/**
 * The card as it stands with one approver. While it is asked: everything the channel sees, and the buttons where the plan
 * is on it in full. After that: what was decided by whom, and where it goes on; it then says nothing that progress makes
 * untrue, because progress does not come here. `isTheirs` false: they may not see the change by now, and so it says only that.
 * `isOver`: nothing is asked any more.
 */
export function renderDirect(
  change: Change,
  steps: readonly StepRecord[],
  options: DirectOptions,
): Rendered & { isOver: boolean } {
  const home = homeLine(change, options);
  if (!options.isTheirs) return { ...left(change, home), isOver: true };
  if (!isAsked(change)) {
    const seen = { change, steps, unknown: options.unknown ?? null };
    return { ...decided(seen, home, options.linkTo), isOver: true };
  }
  // What goes on in the thread can be read there alone, and nobody approves what they cannot read.
  const isWhole = planPageCount(change) === 0;
  const spoke = options.userId !== undefined && hasSpoken(change, options.userId);
  const instead =
    isWhole && !spoke
      ? approvalActions(change, options.userId)
      : [smallPrint(spoke ? SPOKE : LONG), ...detailed(change)];
  const card = renderCard(change, steps, {
    pagesStand: true,
    ...options,
    instead: [home, ...instead],
  });
  return { ...card, isOver: false };
}

type DirectOptions = {
  isTheirs: boolean;
  /** Whose card it is. */
  userId?: string;
  cardTs: string | null;
  linkTo: LinkTo;
  takes?: Takes;
  unknown?: UnknownStep | null;
};

const LONG = "The plan is longer than this message. Details has all of it, and its card too: decide there.";
const SPOKE =
  "You said how this should be, so somebody else has to approve it. Details has all of it, with Reject and Request changes.";

/** Whether the plan was made of this person's words, so that their yes would be refused. */
function hasSpoken({ decisions, terms }: Change, userId: string): boolean {
  if (terms === null || terms.requesterMayApprove || terms.breakGlass.length > 0) return false;
  return whoHadASay(decisions).some((one) => slackIdsOf(one).includes(userId));
}

const LEFT = "By the rules as they are now this change is not yours to approve, so nothing is asked of you.";

/** For who may not read it any more, nothing that is new to them: where it goes on, and which change it was. */
function left({ id }: Change, home: types.KnownBlock): Rendered {
  return {
    text: LEFT,
    blocks: [rich(paragraph(said(LEFT))), home, smallPrint(`Change \`${inert(shortId(id))}\``)],
  };
}

function isAsked(change: Change): boolean {
  return change.status === "waiting" && openDecision(change)?.gate === "approval";
}

function decided(seen: Seen, home: types.KnownBlock, linkTo: LinkTo): Rendered {
  const { change, steps } = seen;
  const { line, words } = decidedState(change, steps);
  const lines = [...answeredLines(change).slice(-3), ...cancelLines(change)];
  return {
    text: `${inert(words)}: ${inert(titleWords(change))}`,
    blocks: inOrder<types.KnownBlock>({
      title: [headline(aboutWords(change))],
      state: [rich(paragraph(bold(line)))],
      asked: [rich(askedFor(change, CARD_REQUEST_CHARS))],
      decided: [...(lines.length === 0 ? [] : [smallPrint(...lines)]), ...operatorBlocks(seen)],
      name: [home, nameLine(change, linkTo)],
      buttons: change.endedAt === null ? detailed(change, operatorButtons(change, steps)) : [],
    }),
  };
}

/** What a person has to say something about who may: the same question as in the channel. */
function operatorBlocks({ change, steps, unknown }: Seen): types.KnownBlock[] {
  if (operatorButtons(change, steps).length === 0) return [];
  const why = change.review?.notes ?? unfolded(change.error ?? "");
  return [
    ...(why === "" ? [] : [rich(paragraph(bold("Why: "), said(cutMiddle(visible(why), WHY_CHARS))))]),
    ...(unknown === null ? [] : unknownBlocks(unknown)),
  ];
}

/** Stop is there, as long as there is something to stop: progress does not come here, so a button of its own would stand on. */
function detailed({ id }: Change, buttons: readonly types.Button[] = []): types.ActionsBlock[] {
  return [{ type: "actions", block_id: "greenlight:detailed", elements: [...buttons, detailsButton(id)] }];
}

/** How it ended or where a person is needed, as the row says; else only that it was approved. */
function decidedState(change: Change, steps: readonly StepRecord[]): { line: string; words: string } {
  if (change.endedAt !== null || change.status === "needs_person")
    return { line: stateLine(change, steps), words: stateWords(change, steps) };
  const answer = lastDecision(change, "approval")?.answer ?? null;
  const words = (answer === null ? undefined : answered[answer]) ?? "Nothing to decide now";
  return { line: `${answer === "approve" ? "🔵" : "⚫"} ${words}`, words };
}

function homeLine(
  change: Change,
  { cardTs, linkTo }: { cardTs: string | null; linkTo: LinkTo },
): types.KnownBlock {
  const { home } = change;
  if (home === null) return rich(paragraph(said("It was asked for by API.")));
  const url = cardTs === null ? null : linkTo({ ...home, ts: cardTs });
  const isId = /^[CGD][A-Z0-9]{1,30}$/u.test(home.channelId);
  return rich(
    paragraph(
      url === null ? said("Its card") : { type: "link", url, text: "Its card" },
      said(", log and verdict are in "),
      isId ? { type: "channel", channel_id: home.channelId } : said(home.channelId),
    ),
  );
}

const NEEDED = "A person is needed here, and you may answer.";
const WHERE = "Why, and what can be done, stands on its card with you, above, and in Details.";

/**
 * That a person is needed, as a message of its own to each approver: an edit of their card pushes nothing. The reason stands on
 * that card alone. Null where there is no such question; `isOver`: it is answered, and calls nobody any more.
 */
export function renderDirectAsked(
  change: Change,
  { revision, round }: { revision: number; round: number },
  options: { cardTs: string | null; linkTo: LinkTo; isTheirs: boolean },
): (Rendered & { isOver: boolean }) | null {
  const isIt = (one: Decision) => one.gate === "operator" && one.revision === revision && one.round === round;
  const question = change.decisions.find(isIt);
  if (question === undefined) return null;
  if (!options.isTheirs) return { ...left(change, homeLine(change, options)), isOver: true };
  const isOver = question.answer !== null || change.endedAt !== null;
  const title = inert(titleWords(change));
  return {
    text: isOver ? `Answered: ${title}` : `A person is needed: ${title}`,
    blocks: [
      headline(aboutWords(change)),
      ...(isOver
        ? [smallPrint(question.answer === null ? "It is over." : decisionLine(question))]
        : [rich(paragraph(bold(NEEDED)), paragraph(said(WHERE)))]),
      homeLine(change, options),
      ...(isOver
        ? []
        : [
            {
              type: "actions" as const,
              block_id: "greenlight:detailed",
              elements: [detailsButton(change.id)],
            },
          ]),
    ],
    isOver,
  };
}
