import type { types } from "@slack/bolt";
import { z } from "zod";
import type { Answer, Decision, Gate } from "#change/change.ts";
import { SLACK_LIMITS } from "./limits.ts";
import { labelText } from "./text.ts";

/** How much of the digest a button carries and a card shows. */
export const SHORT_DIGEST_CHARS = 12;

/** What each of our buttons answers. */
export const answerOfAction: Readonly<Record<string, { gate: Gate; answer: Answer }>> = {
  "greenlight:approve": { gate: "approval", answer: "approve" },
  "greenlight:reject": { gate: "approval", answer: "reject" },
  "greenlight:accept": { gate: "operator", answer: "accept" },
  "greenlight:roll_back": { gate: "operator", answer: "roll_back" },
  "greenlight:happened": { gate: "operator", answer: "happened" },
  "greenlight:did_not_happen": { gate: "operator", answer: "did_not_happen" },
};

/** What a button's value names. */
export type AskedDecision = { changeId: string; revision: number; round: number; digest: string };

/** The menu of what does not fit beside the buttons: each of its entries stands for a button, `NAME VALUE`. */
export const MORE = "greenlight:more";

/** The button that opens the form for asking; it belongs to no change. */
export const ASK_BUTTON = "greenlight:ask_form";

/** The button that opens the form for breaking the glass, and that form. */
export const BREAK_GLASS = "greenlight:break_glass";

/** Which question a button answers: `CHANGE:REVISION:ROUND:DIGEST12`. It authorises nothing; the row does. */
export const ButtonValue = z
  .string()
  .max(200)
  .regex(/^[0-9a-f-]{36}:\d{1,9}:\d{1,9}:[0-9a-z]{12}$/u)
  .transform((text) => {
    const [changeId = "", revision, round, digest = ""] = text.split(":");
    return { changeId, revision: Number(revision), round: Number(round), digest };
  });

/** The value of every button of one question; `extra` goes with it to a form. */
export function buttonValue(changeId: string, question: Decision, extra = ""): string {
  const value = [changeId, question.revision, question.round, shortDigest(question.digest)].join(":");
  return extra === "" ? value : `${value} ${extra}`;
}

/** Reads a value with what may stand behind it, or null when it is none of ours. */
export function readButton(text: string): { question: AskedDecision; extra: string } | null {
  const [value = "", ...extra] = text.split(" ");
  const question = ButtonValue.safeParse(value);
  return question.success ? { question: question.data, extra: extra.join(" ") } : null;
}

/** Whether this is the question a value names. */
export function isAsked(decision: Decision, { revision, round, digest }: AskedDecision): boolean {
  return decision.revision === revision && decision.round === round && decision.digest.startsWith(digest);
}

/** What a person is shown of a digest. */
export function shortDigest(digest: string): string {
  return digest.slice(0, SHORT_DIGEST_CHARS);
}

/** What a button does beside answering a question. */
type OtherAct =
  | "answer"
  | "ask_form"
  | "stop"
  | "details"
  | `choose_${number}`
  | "break_glass"
  | "plan_again"
  | "run_again"
  | "run_planned"
  | "ask_rollback"
  | "feedback_up"
  | "feedback_down";

type Dialog = { title: string; text: string; confirm: string; isDangerous: boolean };

/** One button, with the dialog that asks once more. */
export function button(
  answer: Answer | OtherAct,
  label: string,
  value: string,
  look: { style?: "primary" | "danger"; dialog?: Dialog },
): types.Button {
  const { style, dialog } = look;
  return {
    type: "button",
    action_id: `greenlight:${answer}`,
    text: plain(label, SLACK_LIMITS.buttonLabel),
    value,
    ...(style === undefined ? {} : { style }),
    ...(dialog === undefined ? {} : { confirm: confirmOf(dialog) }),
  };
}

/**
 * The menu of several buttons that have no dialog of their own; at most five. One whose value is longer than an entry's may
 * be (it names a long target to be typed) is left out: it stands in Details.
 */
export function moreMenu(entries: readonly types.Button[]): types.Overflow[] {
  const options = entries
    .map(({ action_id = "", text, value = "" }) => ({
      text: plain(text.text, SLACK_LIMITS.buttonLabel),
      value: `${action_id.replace(/^greenlight:/u, "")} ${value}`,
    }))
    .filter(({ value }) => value.length <= SLACK_LIMITS.optionValue);
  if (options.length === 0) return [];
  return [{ type: "overflow", action_id: MORE, options }];
}

function confirmOf(dialog: Dialog): types.ConfirmationDialog {
  return {
    title: plain(dialog.title, SLACK_LIMITS.confirmTitle),
    text: { type: "plain_text", text: dialog.text.slice(0, SLACK_LIMITS.confirmText), emoji: false },
    confirm: plain(dialog.confirm, SLACK_LIMITS.confirmButton),
    deny: plain("Not now", SLACK_LIMITS.confirmButton),
    style: dialog.isDangerous ? "danger" : "primary",
  };
}

function plain(text: string, max: number): types.PlainTextElement {
  return { type: "plain_text", text: labelText(text, max), emoji: false };
}
