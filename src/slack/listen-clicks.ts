import type { HomesPort } from "#change/home-port.ts";
import { ASK_FORM } from "#slack/asking/ask-form.ts";
import { answerOrFault } from "#slack/clicks/answer-or-fault.ts";
import type { FindHere, WhyNotAs } from "#slack/clicks/deciding.ts";
import { type AnswerPlace, type Pressed, readPressed } from "#slack/clicks/pressed.ts";
import { FORM_MS, SLOW, within } from "#slack/clicks/within.ts";
import type { Respond, Way } from "#slack/client/door.ts";
import { type Listening, tell } from "#slack/client/tell.ts";
import type { Where } from "#slack/client/where.ts";
import { type Form, openingOf, type Sent, submissionOf } from "#slack/forms/forms.ts";
import { openForm, showAnswered } from "#slack/forms/open-form.ts";

/** What every click and every form behind one takes. */
type ClickNeeds = Listening & { forms: readonly Form[]; homes: Pick<HomesPort, "say"> };

type ButtonNeeds = ClickNeeds & {
  answer: (pressed: Pressed | null, body: unknown) => Promise<string>;
  findHere: FindHere;
  whyNotAs: WhyNotAs;
};

type SentNeeds = ClickNeeds & { carryOut: (where: Where, sent: Sent) => Promise<string> };

/**
 * Every click, also on what an older version posted: one that nobody answers hangs and then fails. One that opens a form is
 * answered by the form, and one in a form stands in that form.
 */
export function addButtons(needs: ButtonNeeds): void {
  // There is a response_url where it was made in a message, and only there.
  needs.app.action(/^/u, async ({ ack, body, respond }: { ack: Ack; body: unknown; respond?: Respond }) => {
    const pressed = readPressed(body);
    const opening = pressed === null ? null : openingOf(needs.forms, pressed);
    const work = async (): Promise<void> => {
      if (opening !== null && pressed !== null) {
        // The trigger lives 3 s and works once: nothing comes before it.
        const [text] = await Promise.all([openForm(needs, opening, pressed.where), ack()]);
        if (text !== null) await tellOf(needs, respond, pressed.place, text);
        return;
      }
      await ack();
      const text = await answerOrFault(
        () => needs.answer(pressed, body),
        needs.log,
        (fault) => fault,
      );
      const isShown = pressed !== null && pressed.form !== null && (await showAnswered(needs, pressed, text));
      if (!isShown) await tellOf(needs, respond, pressed?.place ?? null, text);
    };
    await needs.inFlight.track(work());
  });
}

type Ack = () => Promise<void>;

/**
 * Every form that comes back but the one for asking, which is answered otherwise (listen-shortcuts.ts). It closes once what
 * was put into it is done: while a process that dies, or a database that is away, could lose the words, they stand in it.
 */
export function addForms(needs: SentNeeds): void {
  needs.app.view(new RegExp(`^(?!${ASK_FORM}$)`, "u"), async ({ ack, body }) => {
    const work = async (): Promise<void> => {
      const submission = submissionOf(needs.forms, body);
      if ("errors" in submission) {
        await ack({ response_action: "errors", errors: submission.errors });
        return;
      }
      const { where, sent, place, field } = submission;
      const working = carriedOut(needs, where, sent);
      const inTime = await within(working, FORM_MS);
      const stays = field === null ? null : whyItStays(inTime);
      // Closed with what stands below it, which shows what was true before.
      if (field === null || stays === null) await ack({ response_action: "clear" });
      else await ack({ response_action: "errors", errors: { [field]: stays } });
      if (stays === null || inTime === null) await tellOf(needs, undefined, place, (await working).text);
    };
    await needs.inFlight.track(work());
  });
}

type Outcome = { text: string; isFault: boolean };

/** What a form says that must not close yet; null: it is done with. */
function whyItStays(inTime: Outcome | null): string | null {
  if (inTime === null) return SLOW;
  return inTime.isFault ? inTime.text : null;
}

/** What became of it; `isFault`: nobody can tell that it was done, so it is to be sent once more. */
function carriedOut({ carryOut, log }: SentNeeds, where: Where, sent: Sent): Promise<Outcome> {
  return answerOrFault<Outcome>(
    async () => ({ text: await carryOut(where, sent), isFault: false }),
    log,
    (text) => ({ text, isFault: true }),
  );
}

/** On their Home where it was made there; else unseen by others where it was made, by its response_url, or directly. */
async function tellOf(
  { door, homes, log }: ClickNeeds,
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
