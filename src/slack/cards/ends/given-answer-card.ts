import type { Change } from "#change/change.ts";
import type { GivenAnswer } from "#change/planning/given-answer.ts";
import { shortId } from "#slack/cards/listed-rows.ts";
import { askedFor } from "#slack/text/asked-for.ts";
import {
  bold,
  code,
  headline,
  paragraph,
  personMrkdwn,
  type Rendered,
  rich,
  said,
  smallPrint,
} from "#slack/text/blocks.ts";
import { aboutWords, titleWords } from "#slack/text/states.ts";
import { cutMiddle, inert, visible } from "#slack/text/text.ts";

const REQUEST_CHARS = 300;
const ANSWER_CHARS = 2_800;
const COMMAND_CHARS = 140;
/** More of them say nothing more. */
const MOST_LOOKS = 6;

/** The card of a question: the answer, what was asked, and the looks it rests on. It is the model's word, and says so. */
export function renderGivenAnswer(change: Change, { text, restsOn }: GivenAnswer): Rendered {
  const answer = cutMiddle(visible(text), ANSWER_CHARS);
  const looks = restsOn
    .slice(0, MOST_LOOKS)
    .map((argv) => paragraph(code(cutMiddle(argv.join(" "), COMMAND_CHARS))));
  const isTold = titleWords(change) === change.request;
  return {
    text: `${personMrkdwn(change.requester)} asked: ${inert(titleWords(change))}\n${inert(answer)}`,
    blocks: [
      headline(aboutWords(change)),
      rich(paragraph(said(answer)), ...(isTold ? [] : [askedFor(change, REQUEST_CHARS)])),
      ...(looks.length === 0 ? [] : [rich(paragraph(bold("Seen by:")), ...looks)]),
      smallPrint(
        `${isTold ? `Asked by ${personMrkdwn(change.requester)} · ` : ""}Answered by the model, nothing was changed`,
        `Change \`${inert(shortId(change.id))}\``,
      ),
    ],
  };
}
