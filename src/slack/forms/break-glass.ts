import { MIN_BREAK_GLASS_REASON } from "#change/changes.ts";
import { code, paragraph, rich, said } from "#slack/text/blocks.ts";
import { BREAK_GLASS } from "#slack/text/buttons.ts";
import { type Form, notice, plain, questionForm } from "./forms.ts";
import { aboutQuestion, textField } from "./parts.ts";
import { destroyedBlocks, typedField, typedIn, withName } from "./typed-target.ts";

const TITLE = "Break glass";
const REASON_CHARS = 500;
const FIELD = { block: "greenlight:reason", action: "reason" };

/** The form that approves alone, for those the policy names. */
export function breakGlassForm(mayBreak: readonly string[]): Form {
  return questionForm({
    id: BREAK_GLASS,
    gives: { gate: "approval", answer: "approve", breaksGlass: true },
    // Somebody listed by the id that holds in their whole organisation (W…) can be known here by another one.
    whyNot: (userId) =>
      mayBreak.includes(userId) || mayBreak.some((id) => id.startsWith("W"))
        ? null
        : "Nothing was decided. You are not among those who may break the glass (break_glass in the policy).",
    view: () => notice(TITLE, "What this runs is being looked up…"),
    fill: ({ change }, subject, metadata) => {
      const name = change.terms?.typedTarget ?? "";
      return {
        type: "modal",
        callback_id: BREAK_GLASS,
        private_metadata: withName(metadata, name),
        title: plain(TITLE),
        submit: plain("Approve and run"),
        close: plain("Not now"),
        blocks: [
          rich(
            paragraph(
              said(
                "You approve this plan alone. It runs at once: no other approver is asked, and no freeze holds it back. Read the card first: exactly its commands run.",
              ),
            ),
            paragraph(
              said("Your name and your reason stand on the card, in the verdict and in the record for good."),
            ),
            ...(name === ""
              ? []
              : [paragraph(said("It takes something away, so type its name below: "), code(name))]),
          ),
          ...destroyedBlocks(change),
          reasonField(),
          ...typedField({ ...subject, extra: name }, false),
          aboutQuestion(subject),
        ],
      };
    },
    read: (subject, fields) => {
      const reason = fields(FIELD.block, FIELD.action);
      if (reason.length < MIN_BREAK_GLASS_REASON)
        return {
          errors: {
            [FIELD.block]: `Say why, in at least ${MIN_BREAK_GLASS_REASON} characters: everybody will read it.`,
          },
        };
      const typed = typedIn(subject, fields);
      if ("errors" in typed) return typed;
      const given = { gate: "approval", answer: "approve", reason, breaksGlass: true } as const;
      return { given: { ...subject.question, ...typed, ...given } };
    },
  });
}

function reasonField() {
  const field = textField({
    block: FIELD.block,
    label: "Why can this not wait for an approval?",
    least: MIN_BREAK_GLASS_REASON,
    most: REASON_CHARS,
    multiline: true,
    focus: true,
  });
  return { ...field, element: { ...field.element, action_id: FIELD.action } };
}
