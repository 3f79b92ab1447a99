import type { types } from "@slack/bolt";
import { z } from "zod";
import type { Seen } from "#slack/cards/unknown-step.ts";
import type { Given } from "#slack/clicks/deciding.ts";
import { type findHere, NOT_YOURS } from "#slack/clicks/is-here.ts";
import {
  type AnswerPlace,
  type Kept,
  type Pressed,
  Presser,
  readKept,
  whereOf,
} from "#slack/clicks/pressed.ts";
import type { Where } from "#slack/client/where.ts";
import { type AskedDecision, readButton } from "#slack/text/buttons.ts";
import { SLACK_LIMITS } from "#slack/text/limits.ts";

/** What was put into a form, by block and action, "" for nothing; `has` says whether the form has the block at all. */
export type Fields = { (block: string, action: string): string; has(block: string): boolean };

/** What a form that came back has done: a question is answered, or a change is stopped. */
export type Sent =
  | { does: "decide"; given: Given }
  | { does: "cancel"; changeId: string; reason: string | null };

/** What is wrong with a form by its fields, or what it has done. */
export type Read = { errors: Record<string, string> } | Sent;

/** Makes the view of a form; the metadata is what comes back with it. */
type View = (metadata: string) => types.ModalView;

/**
 * A form behind a button, by the button's value. `id` is the button's action and the form's callback. It opens from the
 * click alone, because a trigger lives 3 s; where it needs the row, `fill` makes it anew once it stands. `start` null: this
 * click wants no form; "old": its value is none of ours. `read` null: it is only for reading.
 */
export type Form = {
  id: string;
  start(value: string, userId: string): Start | "old" | null;
  read: ((value: string, fields: Fields) => Read | "old") | null;
};
type Start =
  | { refusal: string }
  | {
      changeId: string;
      view: View;
      fill: ((seen: Seen, metadata: string) => types.ModalView) | null;
      /** What it answers: whoever could not is told so in its place, before they write anything. */
      gives?: Given | null;
    };

/** A click that opens a form: what to open, or what the person is told instead. `onTop`: over the form it was pressed in. */
export type Opening =
  | { refusal: string }
  | {
      triggerId: string;
      onTop: boolean;
      view: types.ModalView;
      fill: ((seen: Awaited<ReturnType<typeof findHere>>) => types.ModalView) | null;
      gives: Given | null;
      /** What stands there for somebody who could not give that answer. */
      instead: (why: string) => types.ModalView;
      changeId: string;
    };

/** What a button asks a form about. `extra` is what its value says beside the question: the name to be typed. */
export type Subject = { question: AskedDecision; extra: string };

/** A form about one question. */
type QuestionForm = {
  id: string;
  /** The answer it gives, without what is written in it. */
  gives?: Pick<Given, "gate" | "answer" | "breaksGlass">;
  /** Whether this click wants the form, when not every one does. */
  wants?(subject: Subject): boolean;
  /** Why this user need not even see it, in a sentence, or null. */
  whyNot?(userId: string): string | null;
  view(subject: Subject, metadata: string): types.ModalView;
  fill?(seen: Seen, subject: Subject, metadata: string): types.ModalView;
  read(subject: Subject, fields: Fields): { errors: Record<string, string> } | { given: Given };
};

/** A form as it comes back. `private_metadata` is ours: Slack returns it as it was given. */
const Submission = z.object({
  ...Presser,
  view: z.object({
    callback_id: z.string(),
    private_metadata: z.string(),
    state: z.object({
      values: z.record(
        z.string(),
        z.record(
          z.string(),
          z.object({
            value: z.string().nullish(),
            selected_option: z.object({ value: z.string() }).nullish(),
          }),
        ),
      ),
    }),
  }),
});

const OLD = "This button is from an older card. Look for the newest card of this change.";
const OTHER_VERSION = "This form is of another version. Close it and press the button again.";
const ELSEWHERE = "This change belongs to another channel: look at it there.";

/** The form a click opens, or null when it opens none. Looks nothing up. */
export function openingOf(forms: readonly Form[], pressed: Pressed): Opening | null {
  const { action, value, triggerId, where, place } = pressed;
  const form = forms.find(({ id }) => id === action);
  if (form === undefined || value === null) return null;
  const start = form.start(value, where.userId);
  if (start === null) return null;
  if (start === "old" || place === null || triggerId === null) return { refusal: OLD };
  if ("refusal" in start) return start;
  const { channelId, threadTs } = place;
  const kept: Kept = { value, channelId, threadTs, pressedTs: pressed.ts };
  const metadata = JSON.stringify(kept);
  const { changeId, view, fill, gives = null } = start;
  const shown = view(metadata);
  return {
    triggerId,
    onTop: pressed.form !== null,
    view: shown,
    gives,
    instead: (why) => answerView(shown.title.text, why),
    fill: fill === null ? null : (seen) => filled(seen, where, (found) => fill(found, metadata)),
    changeId,
  };
}

/**
 * What came back: what is wrong with it; or who does what, and where they are told what became of it. `field`: the block that
 * can show what is wrong, if the form has one.
 */
export function submissionOf(
  forms: readonly Form[],
  body: unknown,
):
  | { errors: Record<string, string> }
  | { place: AnswerPlace; where: Where; sent: Sent; field: string | null } {
  const submission = Submission.safeParse(body);
  if (!submission.success) return { errors: {} };
  const { user, view } = submission.data;
  const { values } = view.state;
  const kept = readKept(view.private_metadata);
  const read = forms.find(({ id }) => id === view.callback_id)?.read;
  const found =
    kept === null || read === undefined || read === null ? "old" : read(kept.value, fieldsOf(values));
  const [first = ""] = Object.keys(values);
  if (kept === null || found === "old") return { errors: { [first]: OTHER_VERSION } };
  if ("errors" in found) return found;
  const { channelId, threadTs, pressedTs } = kept;
  return {
    place: { userId: user.id, channelId, threadTs },
    where: whereOf(submission.data, channelId, pressedTs),
    sent: found,
    field: first === "" ? null : first,
  };
}

/** Makes a form of what is asked about one question. */
export function questionForm(form: QuestionForm): Form {
  return {
    id: form.id,
    start: (value, userId) => {
      const subject = readButton(value);
      if (subject === null) return "old";
      if (form.wants?.(subject) === false) return null;
      const refusal = form.whyNot?.(userId) ?? null;
      if (refusal !== null) return { refusal };
      const { fill, gives } = form;
      return {
        changeId: subject.question.changeId,
        gives: gives === undefined ? null : { ...subject.question, ...gives, reason: null },
        view: (metadata) => form.view(subject, metadata),
        fill: fill === undefined ? null : (seen, metadata) => fill(seen, subject, metadata),
      };
    },
    read: (value, fields) => {
      const subject = readButton(value);
      if (subject === null) return "old";
      const found = form.read(subject, fields);
      return "errors" in found ? found : { does: "decide", given: found.given };
    },
  };
}

/** A form's view once its change was looked for. */
export function filled(
  seen: Awaited<ReturnType<typeof findHere>>,
  { onHome }: Where,
  fill: (seen: Seen) => types.ModalView,
): types.ModalView {
  if (seen === null) return notice("Not there", "Greenlight does not know this change any more.");
  if (seen !== "elsewhere") return fill(seen);
  return onHome === true
    ? notice("Not for you", `${NOT_YOURS.charAt(0).toUpperCase()}${NOT_YOURS.slice(1)}`)
    : notice("Elsewhere", ELSEWHERE);
}

/** The answer to a click in a form's place: mrkdwn of ours, which may name people. */
function answerView(title: string, answer: string): types.ModalView {
  const lines = answer.split("\n").filter((line) => line !== "");
  const blocks = lines.map((text): types.SectionBlock => {
    return {
      type: "section",
      text: { type: "mrkdwn", text: text.slice(0, SLACK_LIMITS.section), verbatim: true },
    };
  });
  return { type: "modal", title: plain(title), close: plain("Close"), blocks };
}

/** A form that only says something. */
export function notice(title: string, text: string): types.ModalView {
  return {
    type: "modal",
    title: plain(title),
    close: plain("Close"),
    blocks: [{ type: "section", text: plain(text) }],
  };
}

/** Literal text of a form's own. */
export function plain(text: string): types.PlainTextElement {
  return { type: "plain_text", text, emoji: false };
}

function fieldsOf(values: z.infer<typeof Submission>["view"]["state"]["values"]): Fields {
  const read = (block: string, action: string): string => {
    const field = values[block]?.[action];
    return (field?.value ?? field?.selected_option?.value ?? "").trim();
  };
  return Object.assign(read, { has: (block: string) => Object.hasOwn(values, block) });
}
