import { bold, bullets, code, paragraph, type Rendered, rich, said, smallPrint } from "#slack/text/blocks.ts";
import { WORDS } from "./names.ts";

/** Everything that can be typed, by what it is for, for a command of this name. */
export function renderHelp(command: string): Rendered {
  return {
    text: `What ${command} understands: a request in plain words, or ${Object.keys(WORDS).join(", ")}.`,
    blocks: [
      rich(
        paragraph(
          bold("Greenlight"),
          said(
            " plans an infrastructure change, asks an approver when it is risky, runs it step by step and reports back here.",
          ),
        ),
        paragraph(
          bold("Ask: "),
          said("say what should change, and where: "),
          code(`${command} scale payment-api to 5 replicas in production`),
        ),
        bullets([
          [said("A card in the channel shows the plan with its exact commands and follows it to the end.")],
          [
            said(
              "A risky plan waits for Approve, by as many approvers as the policy asks for. Reject ends it, and nothing is run.",
            ),
          ],
          [said("What each step prints stands in the card's thread; the verdict is posted to the channel.")],
        ]),
        paragraph(bold("Try, without running anything")),
        wordsOf(command, "Try"),
        paragraph(bold("Find")),
        wordsOf(command, "Find"),
        paragraph(bold("Step in")),
        wordsOf(command, "Step in"),
      ),
      smallPrint(
        "Only you see these answers. In a channel you find that channel's changes and your own; in a direct message all that you may approve, and your own.",
      ),
    ],
  };
}

function wordsOf(command: string, group: string) {
  const words = Object.values(WORDS).filter((word) => word.group === group);
  return bullets(words.map(({ usage, about }) => [code(`${command} ${usage}`), said(` ${about}`)]));
}
