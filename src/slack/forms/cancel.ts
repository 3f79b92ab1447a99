import { z } from "zod";
import { CANCEL, RUNS, STOPS } from "#slack/cards/cancel-buttons.ts";
import { paragraph, rich, said } from "#slack/text/blocks.ts";
import { type Form, plain } from "./forms.ts";
import { aboutChange, TEXT, textField } from "./parts.ts";

const BLOCK = "greenlight:why";
const REASON_CHARS = 500;
const ENDS =
  "It ends here, and nothing more of it is run. What is under way for it, planning for example, is ended at once. The card says that it was you.";

/** Cancel, or Stop where there is no room for a dialog: a reason may be given, and everybody reads it. */
export const cancelForm: Form = {
  id: CANCEL,
  start: (value) => {
    const subject = readSubject(value);
    if (subject === null) return "old";
    const { changeId, isRunning } = subject;
    return {
      changeId,
      fill: null,
      view: (metadata) => ({
        type: "modal",
        callback_id: CANCEL,
        private_metadata: metadata,
        title: plain(isRunning ? "Stop" : "Cancel"),
        submit: plain(isRunning ? "Stop it" : "Cancel it"),
        close: plain("Not now"),
        blocks: [
          rich(paragraph(said(isRunning ? STOPS : ENDS))),
          textField({
            ...{ block: BLOCK, label: "Why?", least: 0, most: REASON_CHARS },
            ...{ multiline: true, focus: true },
          }),
          aboutChange(changeId),
        ],
      }),
    };
  },
  read: (value, fields) => {
    const subject = readSubject(value);
    const reason = fields(BLOCK, TEXT);
    return subject === null
      ? "old"
      : { does: "cancel", changeId: subject.changeId, reason: reason === "" ? null : reason };
  },
};

function readSubject(value: string): { changeId: string; isRunning: boolean } | null {
  const [id, word] = value.split(" ");
  const changeId = z.uuid().safeParse(id);
  return changeId.success ? { changeId: changeId.data, isRunning: word === RUNS } : null;
}
