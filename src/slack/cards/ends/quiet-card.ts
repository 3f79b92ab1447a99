import type { Change } from "#change/change.ts";
import { unfolded } from "#change/folded.ts";
import type { QuietEnd } from "#change/titles/quiet-end.ts";
import { planAgainActions, runAgainButton } from "#slack/cards/again-buttons.ts";
import { shortId } from "#slack/cards/listed-rows.ts";
import { askedFor } from "#slack/text/asked-for.ts";
import {
  bold,
  code,
  headline,
  type Piece,
  paragraph,
  personMrkdwn,
  personPiece,
  type Rendered,
  rich,
  said,
  smallPrint,
} from "#slack/text/blocks.ts";
import { aboutWords, titleWords } from "#slack/text/states.ts";
import { cutMiddle, inert, visible } from "#slack/text/text.ts";

const REQUEST_CHARS = 300;
const WHY_CHARS = 900;

const SAID_BY_TITLE = /^(?:Nothing to do|The Planner made no plan): (.*)$/su;

const titles: Record<QuietEnd, string> = {
  "nothing to do": "Nothing to do",
  declined: "No plan was made",
  refused: "Refused, nothing was run",
  "not allowed": "Not allowed, nothing was run",
  "out of date": "Expired, nothing was run",
};

/** The card of a change that ended quietly: what was asked for, why nothing was run, and what to do next. */
export function renderQuietCard(change: Change, end: QuietEnd): Rendered {
  const again = runAgainButton(change);
  // Without a plan the headline is the request, and only who asked is left to say.
  const isTold = titleWords(change) === change.request;
  return {
    text: `${titles[end]}: ${inert(titleWords(change))} (asked by ${personMrkdwn(change.requester)})`,
    blocks: [
      headline(aboutWords(change)),
      rich(
        paragraph(bold(`⚪ ${titles[end]}`)),
        paragraph(said(why(change))),
        paragraph(...next(end)),
        ...(isTold ? [] : [askedFor(change, REQUEST_CHARS)]),
      ),
      smallPrint(
        ...(isTold ? [`Asked by ${personMrkdwn(change.requester)}`] : []),
        `Change \`${inert(shortId(change.id))}\``,
      ),
      ...(again.length === 0
        ? planAgainActions(change)
        : [{ type: "actions" as const, block_id: "greenlight:after", elements: again }]),
    ],
  };
}

/** The same in the thread, for whoever asked: an edit of the card calls nobody. */
export function renderQuietReply(change: Change, end: QuietEnd): Rendered {
  const words = why(change);
  return {
    text: `${personMrkdwn(change.requester)} ${titles[end]}: ${inert(titleWords(change))}. ${inert(words)}`,
    blocks: [
      rich(
        paragraph(personPiece(change.requester), bold(` ${titles[end]}. `), said(words)),
        paragraph(...next(end)),
      ),
    ],
  };
}

/** The reason without what the title says already. */
function why({ error, review }: Change): string {
  const reason = visible(unfolded(error ?? review?.notes ?? ""));
  const [, rest = reason] = SAID_BY_TITLE.exec(reason) ?? [];
  return cutMiddle(`${rest.charAt(0).toUpperCase()}${rest.slice(1)}`, WHY_CHARS);
}

function next(end: QuietEnd): Piece[] {
  switch (end) {
    case "nothing to do":
      return [said("If something else should change, say what.")];
    case "declined":
      return [said("Say what should change, its name and where, or type "), code("help"), said(".")];
    case "refused":
      return [
        said("Ask for it in another way; "),
        code("check"),
        said(" says what the policy makes of a command."),
      ];
    case "not allowed":
      return [said("Ask for less, or ask somebody whom the policy names.")];
    case "out of date":
      return [said("Plan again, on the card, makes a plan from what is there now.")];
  }
}
