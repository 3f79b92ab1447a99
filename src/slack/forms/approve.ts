import type { Change } from "#change/change.ts";
import { saysWhy, takesReason } from "#change/say.ts";
import { riskiestFirst, riskOfStep } from "#change/titles/step-risks.ts";
import { bold, code, codeBox, type Part, paragraph, rich, said } from "#slack/text/blocks.ts";
import { shownCommand } from "#slack/text/pieces.ts";
import { cutMiddle } from "#slack/text/text.ts";
import { type Form, notice, plain, questionForm } from "./forms.ts";
import { aboutQuestion, SAY_WHY, TEXT, WHY, whyField } from "./parts.ts";
import { destroyedBlocks, TARGET, typedField, typedIn, withName } from "./typed-target.ts";

const ID = "greenlight:approve";
const TITLE = "Approve";
/** A command of this length stands whole; the card has the longer ones. */
const COMMAND_CHARS = 400;
const MOST_STEPS = 6;
const APPROVES = { gate: "approval", answer: "approve" } as const;
const OLD_FORM = "This form is of an earlier version. Close it, and press Approve again.";

/**
 * Approve, for what is high risk: it takes a reason, and where something is deleted, destroyed or replaced its name has to be
 * typed. Of anything else the click is the answer.
 */
export const approveForm: Form = questionForm({
  id: ID,
  gives: APPROVES,
  wants: ({ extra }) => extra !== "",
  view: () => notice(TITLE, "What this runs is being looked up…"),
  fill: ({ change }, subject, metadata) => {
    const name = change.terms?.typedTarget ?? "";
    if (!takesReason(change, APPROVES))
      return notice(TITLE, "This plan is not the one the button was for. The card shows where it stands.");
    return {
      type: "modal",
      callback_id: ID,
      private_metadata: withName(metadata, name),
      title: plain(TITLE),
      submit: plain(TITLE),
      close: plain("Not now"),
      blocks: [
        ...(name === "" ? runsBlocks(change) : goesBlocks(change, name)),
        ...typedField({ ...subject, extra: name }, true),
        whyField("Why do you approve it?", name === ""),
        aboutQuestion(subject),
      ],
    };
  },
  read: (subject, fields) => {
    const reason = fields(WHY, TEXT);
    if (!fields.has(WHY)) return { errors: { [TARGET]: OLD_FORM } };
    const typed = fields.has(TARGET) ? typedIn(subject, fields) : { target: "" };
    if ("errors" in typed) return typed;
    if (!saysWhy(reason)) return { errors: { [WHY]: SAY_WHY } };
    return { given: { ...subject.question, ...typed, ...APPROVES, reason } };
  },
});

function goesBlocks(change: Change, name: string) {
  return [
    rich(
      paragraph(
        bold("This deletes, destroys or replaces what is there. "),
        said("What goes may not come back."),
      ),
    ),
    ...destroyedBlocks(change),
    rich(paragraph(said(whichWords(change)), code(name))),
  ];
}

function whichWords({ terms }: Change): string {
  const many = terms?.destroys.length ?? 0;
  return many > 1 ? "To approve it, type the name of what reaches farthest: " : "To approve it, type ";
}

/** What stands in the place of a dialog: the commands, those of the highest risk first. */
function runsBlocks(change: Change) {
  const steps = riskiestFirst(change);
  const shown = steps.slice(0, MOST_STEPS).flatMap((step): Part[] => {
    const which = steps.length === 1 ? "" : `Step ${step.step} of ${steps.length} · `;
    return [
      paragraph(bold(`${which}${riskOfStep(change, step)} risk`)),
      codeBox(cutMiddle(shownCommand(step), COMMAND_CHARS)),
    ];
  });
  const rest = steps.length - MOST_STEPS;
  const more = rest > 0 ? [paragraph(said(`and ${rest} more: see the card`))] : [];
  return [rich(paragraph(bold("This is high risk. "), said("Exactly this runs:")), ...shown, ...more)];
}
