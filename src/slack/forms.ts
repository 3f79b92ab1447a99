import type { types } from "@slack/bolt";
import { z } from "zod";
import type { Change } from "../change/change.ts";
import { isUserId } from "./blocks.ts";
import { type ClickPlace, placeOf } from "./buttons.ts";
import type { FindHere, Given, Where } from "./deciding.ts";
import { type AskedQuestion, readButton } from "./questions.ts";

/** What was put into a form, by block and action, "" for nothing; `has` says whether the form has the block at all. */
export type Fields = { (block: string, action: string): string; has(block: string): boolean };

/** What a button asks a form about. `extra` is what its value says beside the question: the name to be typed. */
export type Subject = { question: AskedQuestion; extra: string };

/**
 * A form behind a button. `id` is the button's action and the form's callback. It opens from the click alone, because a
 * trigger lives 3 s; where it needs the row, `fill` makes it anew once it stands. `read` null: it is only for reading.
 */
export type Form = {
  id: string;
  /** Whether this click wants the form, when not every one does. */
  wants?(subject: Subject): boolean;
  /** Why this user need not even see it, in a sentence, or null. */
  whyNot?(userId: string): string | null;
  view(subject: Subject, metadata: string): types.ModalView;
  fill?(change: Change, subject: Subject, metadata: string): types.ModalView;
  read: ((subject: Subject, fields: Fields) => { errors: Record<string, string> } | { given: Given }) | null;
};

/** A click that opens a form: what to open, or what the person is told instead. */
export type Opening =
  | { refusal: string }
  | {
      triggerId: string;
      view: types.ModalView;
      fill: ((change: Awaited<ReturnType<FindHere>>) => types.ModalView) | null;
      changeId: string;
      where: Where;
    };

const Click = z.object({
  trigger_id: z.string().min(1),
  user: z.object({ id: z.string().refine(isUserId), team_id: z.string().optional() }),
  team: z.object({ id: z.string() }).nullish(),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().optional() })).min(1),
});

/** A form as it comes back. `private_metadata` is ours: Slack returns it as it was given. */
const Submission = z.object({
  user: z.object({ id: z.string().refine(isUserId), team_id: z.string().optional() }),
  team: z.object({ id: z.string() }).nullish(),
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

/** Which button it was, and where to answer: ids only. */
const Kept = z.object({ value: z.string(), channelId: z.string(), threadTs: z.string().nullable() });

const OLD = "This button is from an older card. Look for the newest card of this change.";
const OTHER_VERSION = "This form is of another version. Close it and press the button again.";
const ELSEWHERE = "This change belongs to another channel: look at it there.";

/** The form a click opens, or null when it opens none. Looks nothing up. */
export function openingOf(forms: readonly Form[], body: unknown): Opening | null {
  const click = Click.safeParse(body);
  const [action] = click.data?.actions ?? [];
  const form = forms.find(({ id }) => id === action?.action_id);
  if (!click.success || form === undefined || action?.value === undefined) return null;
  const subject = readButton(action.value);
  const place = placeOf(body);
  if (subject === null || place === null) return { refusal: OLD };
  if (form.wants?.(subject) === false) return null;
  const refusal = form.whyNot?.(click.data.user.id) ?? null;
  if (refusal !== null) return { refusal };
  const kept = { value: action.value, channelId: place.channelId, threadTs: place.threadTs };
  const metadata = JSON.stringify(kept);
  const { fill } = form;
  return {
    triggerId: click.data.trigger_id,
    view: form.view(subject, metadata),
    fill: fill === undefined ? null : (change) => filled(change, (one) => fill(one, subject, metadata)),
    changeId: subject.question.changeId,
    where: whereOf(click.data.user, click.data.team?.id ?? "", place.channelId),
  };
}

/** What came back: what is wrong with it; or who answers what, and where they are told what became of it. */
export function submissionOf(
  forms: readonly Form[],
  body: unknown,
): { errors: Record<string, string> } | { place: ClickPlace; where: Where; given: Given } {
  const submission = Submission.safeParse(body);
  if (!submission.success) return { errors: {} };
  const { user, team, view } = submission.data;
  const { values } = view.state;
  const kept = keptIn(view.private_metadata);
  const subject = kept === null ? null : readButton(kept.value);
  const read = forms.find(({ id }) => id === view.callback_id)?.read;
  const [first = ""] = Object.keys(values);
  if (kept === null || subject === null || read === undefined || read === null)
    return { errors: { [first]: OTHER_VERSION } };
  const found = read(subject, fieldsOf(values));
  if ("errors" in found) return found;
  const { channelId, threadTs } = kept;
  const teamId = team?.id ?? "";
  return {
    place: { userId: user.id, channelId, threadTs },
    where: whereOf(user, teamId, channelId),
    given: found.given,
  };
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

function filled(
  change: Awaited<ReturnType<FindHere>>,
  fill: (change: Change) => types.ModalView,
): types.ModalView {
  if (change === null) return notice("Not there", "Greenlight does not know this change any more.");
  return change === "elsewhere" ? notice("Elsewhere", ELSEWHERE) : fill(change);
}

function whereOf(
  user: { id: string; team_id?: string | undefined },
  teamId: string,
  channelId: string,
): Where {
  return { userId: user.id, userTeamId: user.team_id ?? teamId, teamId, channelId };
}

function keptIn(text: string): z.infer<typeof Kept> | null {
  try {
    return Kept.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
