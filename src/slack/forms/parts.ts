import type { types } from "@slack/bolt";
import { MAX_REASON_LENGTH } from "#change/say.ts";
import { smallPrint } from "#slack/text/blocks.ts";
import { inert } from "#slack/text/text.ts";
import { plain, type Subject } from "./forms.ts";

/** A field for free text. `least` 0: it may stay empty. */
export function textField(field: {
  block: string;
  label: string;
  least: number;
  most: number;
  multiline: boolean;
  focus?: boolean;
  hint?: string;
}): types.InputBlock {
  const { block, label, least, most, multiline, focus = false, hint } = field;
  return {
    type: "input",
    block_id: block,
    label: plain(label),
    optional: least === 0,
    ...(hint === undefined ? {} : { hint: plain(hint) }),
    element: {
      type: "plain_text_input",
      action_id: TEXT,
      multiline,
      max_length: most,
      ...(least === 0 ? {} : { min_length: least }),
      ...(focus ? { focus_on_load: true } : {}),
    },
  };
}

/** Where a reason is written that everybody reads. */
export const WHY = "greenlight:words";

/** What a form says that came without one. */
export const SAY_WHY = "Say why, in a few words: everybody will read it.";

/** The field for the reason of a decision. */
export function whyField(label: string, focus: boolean): types.InputBlock {
  const hint = "It stands on the card and in the record, with your name.";
  return textField({
    ...{ block: WHY, label, hint, least: 1, most: MAX_REASON_LENGTH, multiline: true, focus },
  });
}

/** The action of every text field. */
export const TEXT = "text";

/** Which change a form is about, in small print, where there is no plan to name. */
export function aboutChange(changeId: string): types.ContextBlock {
  return smallPrint(`Change \`${inert(changeId)}\``);
}

/** Which question a form is about, in small print. */
export function aboutQuestion({ question }: Subject): types.ContextBlock {
  const { changeId, digest, revision } = question;
  return smallPrint(`Change \`${inert(changeId)}\``, `Digest \`${inert(digest)}\``, `Revision ${revision}`);
}
