import { MAX_REQUESTED_CHANGES_LENGTH } from "#change/planning/question.ts";
import { saysWhy } from "#change/say.ts";
import { paragraph, rich, said } from "#slack/text/blocks.ts";
import { type Form, plain, questionForm } from "./forms.ts";
import { aboutQuestion, SAY_WHY, TEXT, textField, WHY, whyField } from "./parts.ts";

/** Reject: it takes a reason, which everybody reads. */
export const rejectForm: Form = questionForm({
  id: "greenlight:reject",
  gives: { gate: "approval", answer: "reject" },
  view: (subject, metadata) => ({
    type: "modal",
    callback_id: "greenlight:reject",
    private_metadata: metadata,
    title: plain("Reject"),
    submit: plain("Reject"),
    close: plain("Not now"),
    blocks: [
      rich(
        paragraph(
          said(
            "This ends the change, and nothing of it is run. To have another plan made instead, press Request changes.",
          ),
        ),
      ),
      whyField("Why?", true),
      aboutQuestion(subject),
    ],
  }),
  read: ({ question }, fields) => {
    const reason = fields(WHY, TEXT);
    if (!saysWhy(reason)) return { errors: { [WHY]: SAY_WHY } };
    return { given: { ...question, gate: "approval", answer: "reject", reason } };
  },
});

/** Request changes: what should be different, for the Planner. */
export const requestChangesForm: Form = questionForm({
  id: "greenlight:request_changes",
  gives: { gate: "approval", answer: "request_changes" },
  view: (subject, metadata) => ({
    type: "modal",
    callback_id: "greenlight:request_changes",
    private_metadata: metadata,
    title: plain("Request changes"),
    submit: plain("Plan again"),
    close: plain("Not now"),
    blocks: [
      rich(
        paragraph(
          said(
            "Another plan is made after your words. It is a new revision with an approval of its own; this one can never run any more. Unless the policy lets requesters approve, somebody else approves it.",
          ),
        ),
      ),
      textField({
        block: WHY,
        label: "What should be different?",
        hint: "For example: use 4 instead, or: only in staging first.",
        least: 1,
        most: MAX_REQUESTED_CHANGES_LENGTH,
        multiline: true,
        focus: true,
      }),
      aboutQuestion(subject),
    ],
  }),
  read: ({ question }, fields) => {
    const reason = fields(WHY, TEXT);
    if (reason === "") return { errors: { [WHY]: "Say what should be different." } };
    return { given: { ...question, gate: "approval", answer: "request_changes", reason } };
  },
});
