import type { types } from "@slack/bolt";
import { bold, code, paragraph, rich, said } from "./blocks.ts";
import { aboutQuestion, TEXT, textField } from "./form-parts.ts";
import { type Fields, type Form, plain, questionForm, type Subject } from "./forms.ts";

const BLOCK = "greenlight:target";
const MOST = 200;

/** Approve, for what deletes, destroys or replaces something: its name has to be typed. Without such a name the click is the answer. */
export const typedTargetForm: Form = questionForm({
  id: "greenlight:approve",
  wants: ({ extra }) => extra !== "",
  view: (subject, metadata) => ({
    type: "modal",
    callback_id: "greenlight:approve",
    private_metadata: metadata,
    title: plain("Approve"),
    submit: plain("Approve"),
    close: plain("Not now"),
    blocks: [
      rich(
        paragraph(
          bold("This deletes, destroys or replaces what is there. "),
          said("Read the card first: exactly its commands run, and what they take away may not come back."),
        ),
        paragraph(said("To approve it, type "), code(subject.extra)),
      ),
      ...typedField(subject, true),
      aboutQuestion(subject),
    ],
  }),
  read: (subject, fields) => {
    const typed = typedIn(subject, fields);
    return "errors" in typed
      ? typed
      : { given: { ...subject.question, ...typed, gate: "approval", answer: "approve", reason: null } };
  },
});

/** The field for the name; none where nothing has to be typed. */
export function typedField({ extra }: Subject, focus: boolean): types.InputBlock[] {
  if (extra === "") return [];
  const label = "The name of what is taken away";
  return [textField({ block: BLOCK, label, least: 1, most: MOST, multiline: false, focus })];
}

/** What was typed. A slip is told in the form; whether it is the right name the port says, from the row. */
export function typedIn(
  { extra }: Subject,
  fields: Fields,
): { target: string } | { errors: Record<string, string> } {
  const target = fields(BLOCK, TEXT);
  if (extra !== "" && target !== extra)
    return { errors: { [BLOCK]: `Type it exactly as it stands above: ${extra}` } };
  return { target };
}
