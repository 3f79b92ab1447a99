import type { App } from "@slack/bolt";
import { ASK_FORM } from "#slack/asking/ask-form.ts";
import { type Act, answerClick } from "#slack/clicks/answer-click.ts";
import { answerOrFault } from "#slack/clicks/answer-or-fault.ts";
import { cancelAs } from "#slack/clicks/cancelling.ts";
import { answerAs } from "#slack/clicks/deciding.ts";
import { type AnswerPlace, readPressed } from "#slack/clicks/pressed.ts";
import { FORM_MS, SLOW, within } from "#slack/clicks/within.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import type { Respond, Way } from "#slack/client/door.ts";
import { tell } from "#slack/client/tell.ts";
import type { Where } from "#slack/client/where.ts";
import { type Form, openingOf, type Sent, submissionOf } from "#slack/forms/forms.ts";
import { openForm, showAnswered } from "#slack/forms/open-form.ts";
import { ASK_BUTTON } from "#slack/text/buttons.ts";

/**
 * Every click, also on what an older version posted: one that nobody answers hangs and then fails. One that opens a form is
 * answered by the form, and one in a form stands in that form. The button for asking is answered in listen-shortcuts.ts.
 */
export function addButtons(
  app: App,
  deps: SlackDeps,
  forms: readonly Form[],
  acts: Readonly<Record<string, Act>>,
): void {
  // There is a response_url where it was made in a message, and only there.
  app.action(
    new RegExp(`^(?!${ASK_BUTTON}$)`, "u"),
    async ({ ack, body, respond }: { ack: Ack; body: unknown; respond?: Respond }) => {
      const pressed = readPressed(body);
      const opening = pressed === null ? null : openingOf(forms, pressed);
      const work = async (): Promise<void> => {
        if (opening !== null && pressed !== null) {
          // The trigger lives 3 s and works once: nothing comes before it.
          const [text] = await Promise.all([openForm(deps, opening, pressed.where), ack()]);
          if (text !== null) await tellOf(deps, respond, pressed.place, text);
          return;
        }
        await ack();
        const text = await answerOrFault(
          () => answerClick(deps, acts, pressed, body),
          deps.log,
          (fault) => fault,
        );
        const isShown =
          pressed !== null && pressed.form !== null && (await showAnswered(deps, pressed, text));
        if (!isShown) await tellOf(deps, respond, pressed?.place ?? null, text);
      };
      await deps.inFlight.track(work());
    },
  );
}

type Ack = () => Promise<void>;

/**
 * Every form that comes back but the one for asking, which is answered otherwise (listen-shortcuts.ts). It closes once what
 * was put into it is done: while a process that dies, or a database that is away, could lose the words, they stand in it.
 */
export function addForms(app: App, deps: SlackDeps, forms: readonly Form[]): void {
  app.view(new RegExp(`^(?!${ASK_FORM}$)`, "u"), async ({ ack, body }) => {
    const work = async (): Promise<void> => {
      const submission = submissionOf(forms, body);
      if ("errors" in submission) {
        await ack({ response_action: "errors", errors: submission.errors });
        return;
      }
      const { where, sent, place, field } = submission;
      const working = carriedOut(deps, where, sent);
      const inTime = await within(working, FORM_MS);
      const stays = field === null ? null : whyItStays(inTime);
      // Closed with what stands below it, which shows what was true before.
      if (field === null || stays === null) await ack({ response_action: "clear" });
      else await ack({ response_action: "errors", errors: { [field]: stays } });
      if (stays === null || inTime === null || !inTime.isFault)
        await tellOf(deps, undefined, place, (await working).text);
    };
    await deps.inFlight.track(work());
  });
}

/** `isLost`: it was not taken, and words were written for it. */
type Outcome = { text: string; isFault: boolean; isLost?: boolean };

/** What a form says that must not close yet; null: it is done with. */
function whyItStays(inTime: Outcome | null): string | null {
  if (inTime === null) return SLOW;
  if (inTime.isFault) return inTime.text;
  return inTime.isLost === true ? `${withoutMarks(inTime.text)} ${STAYS}` : null;
}

/** What became of it; `isFault`: nobody can tell that it was done, so it is to be sent once more. */
function carriedOut(deps: SlackDeps, where: Where, sent: Sent): Promise<Outcome> {
  return answerOrFault<Outcome>(
    async () => ({ ...(await carryOut(deps, where, sent)), isFault: false }),
    deps.log,
    (text) => ({ text, isFault: true }),
  );
}

async function carryOut(
  deps: SlackDeps,
  where: Where,
  sent: Sent,
): Promise<{ text: string; isLost?: boolean }> {
  if (sent.does === "cancel") return { text: await cancelAs(deps, where, sent.changeId, sent.reason) };
  const { text, isTaken } = await answerAs(deps, where, sent.given);
  const { reason, answers = [] } = sent.given;
  return { text, isLost: !isTaken && (reason !== null || answers.length > 0) };
}

const STAYS = "What you wrote stays here until you close this.";

/** A form's fault is plain text: names of people and dates in it would stand as their marks. */
function withoutMarks(mrkdwn: string): string {
  const [first = ""] = mrkdwn.split("\n");
  return first
    .replaceAll(/<!date[^|>]*\|([^>]*)>/gu, "$1")
    .replaceAll(/<@[^>]*>/gu, "another person")
    .replaceAll(/<!subteam[^>]*>/gu, "a group")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

/** On their Home where it was made there; else unseen by others where it was made, by its response_url, or directly. */
async function tellOf(
  { door, homes, log }: SlackDeps,
  respond: Respond | undefined,
  place: AnswerPlace | null,
  text: string,
): Promise<void> {
  const byUrl: Way[] = respond === undefined ? [] : [{ by: "response_url", respond }];
  if (place === null) return tell({ door, log }, byUrl, { text, blocks: [] });
  const { userId, channelId, threadTs } = place;
  if (channelId === null) return homes.say(userId, text);
  const there: Way = { by: "ephemeral", userId, channelId, threadTs };
  await tell({ door, log }, [there, ...byUrl, { by: "direct", userId }], { text, blocks: [] });
}
