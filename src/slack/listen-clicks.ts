import type { App, types, webApi } from "@slack/bolt";
import type { Log } from "#observe/log.ts";
import { ASK_FORM } from "#slack/asking/ask-form.ts";
import { answerOrFault } from "#slack/clicks/answer-or-fault.ts";
import type { FindHere, WhyNotAs } from "#slack/clicks/deciding.ts";
import { type AnswerPlace, type Pressed, readPressed } from "#slack/clicks/pressed.ts";
import { tellDirectly } from "#slack/clicks/tell.ts";
import { FORM_MS, SLOW, within } from "#slack/clicks/within.ts";
import type { HomesPort } from "#slack/client/home-port.ts";
import type { InFlight } from "#slack/client/in-flight.ts";
import type { Where } from "#slack/client/where.ts";
import { changeOf, detailsView } from "#slack/forms/details.ts";
import { type Form, filled, type Opening, openingOf, type Sent, submissionOf } from "#slack/forms/forms.ts";

type Needs = {
  answer: (pressed: Pressed | null, body: unknown) => Promise<string>;
  forms: readonly Form[];
  findHere: FindHere;
  whyNotAs: WhyNotAs;
  homes: Pick<HomesPort, "say">;
  inFlight: InFlight;
  log: Log;
};

/** What Bolt hands over of a click. There is a response_url where it was made in a message, and only there. */
type Click = {
  body: unknown;
  client: webApi.WebClient;
  respond?: (message: {
    response_type: "ephemeral";
    replace_original: false;
    text: string;
  }) => Promise<unknown>;
};

/** What somebody is told whose form did not open, or stays without what belongs into it. */
export const NOT_OPENED = "Slack did not open the form in time, so nothing was done. Press the button again.";
export const NOT_FILLED =
  "The form could not be filled in, so nothing was done. Close it and press the button again in a minute.";

/**
 * Every click, also on what an older version posted: one that nobody answers hangs and then fails. One that opens a form is
 * answered by the form, and one in a form stands in that form.
 */
export function addButtons(app: App, needs: Needs): void {
  app.action(/^/u, async ({ ack, ...click }) => {
    const pressed = readPressed(click.body);
    const opening = pressed === null ? null : openingOf(needs.forms, pressed);
    const work = async (): Promise<void> => {
      if (opening !== null && pressed !== null) {
        // The trigger lives 3 s and works once: nothing comes before it.
        const [text] = await Promise.all([open(needs, click.client, opening, pressed.where), ack()]);
        if (text !== null) await tellOf(needs, click, pressed.place, text);
        return;
      }
      await ack();
      const text = await answerOrFault(
        () => needs.answer(pressed, click.body),
        needs.log,
        (text) => text,
      );
      if (pressed !== null && pressed.form !== null) await showAgain(needs, click, pressed, text);
      else await tellOf(needs, click, pressed?.place ?? null, text);
    };
    await needs.inFlight.track(work());
  });
}

/**
 * Every form that comes back but the one for asking, which is answered otherwise (listen-shortcuts.ts). It closes once what
 * was put into it is done: while a process that dies, or a database that is away, could lose the words, they stand in it.
 */
export function addForms(
  app: App,
  needs: Omit<Needs, "answer" | "findHere" | "whyNotAs"> & {
    carryOut: (where: Where, sent: Sent) => Promise<string>;
  },
): void {
  app.view(new RegExp(`^(?!${ASK_FORM}$)`, "u"), async ({ ack, body, client }) => {
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
      if (stays === null || inTime === null) await tellOf(needs, { client }, place, (await working).text);
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
function carriedOut(
  { carryOut, log }: Parameters<typeof addForms>[1],
  where: Where,
  sent: Sent,
): Promise<Outcome> {
  return answerOrFault<Outcome>(
    async () => ({ text: await carryOut(where, sent), isFault: false }),
    log,
    (text) => ({ text, isFault: true }),
  );
}

/** Opens the form, and fills it from the row where it asks for that. Returns what the person is told instead, or null. */
async function open(
  needs: Pick<Needs, "findHere" | "whyNotAs" | "log">,
  client: webApi.WebClient,
  opening: Opening,
  where: Where,
): Promise<string | null> {
  if ("refusal" in opening) return opening.refusal;
  const { triggerId, view, changeId, onTop } = opening;
  let isOpen = false;
  try {
    const given = { trigger_id: triggerId, view };
    const opened = await (onTop ? client.views.push(given) : client.views.open(given));
    isOpen = true;
    const viewId = opened.view?.id;
    const filled = viewId === undefined ? null : await viewFor(needs, opening, where);
    if (viewId !== undefined && filled !== null) await client.views.update({ view_id: viewId, view: filled });
    return null;
  } catch (error) {
    needs.log.warn({ err: error, changeId }, "A form could not be opened or filled");
    return isOpen ? NOT_FILLED : NOT_OPENED;
  }
}

/** What stands in it once the row is read: why they could not answer, what the row says, or null for what it shows already. */
async function viewFor(
  { findHere, whyNotAs, log }: Pick<Needs, "findHere" | "whyNotAs" | "log">,
  { fill, gives, instead, changeId }: Extract<Opening, { triggerId: string }>,
  where: Where,
): Promise<types.ModalView | null> {
  const [seen, why] = await Promise.all([
    fill === null ? null : findHere(changeId, where),
    gives === null ? null : whyNotAs(where, gives).catch(untold(log)),
  ]);
  if (why !== null) return instead(why);
  return fill === null ? null : fill(seen);
}

/** Whoever may not after all is told so when they send it. */
function untold(log: Log): (error: unknown) => null {
  return (error) => {
    log.warn({ err: error }, "Nobody could tell beforehand whether somebody may answer");
    return null;
  };
}

/** The form it was pressed in as it stands by now, with the answer on top. */
async function showAgain(needs: Needs, click: Click, pressed: Pressed, text: string): Promise<void> {
  const { form, where } = pressed;
  if (form === null) return;
  try {
    const metadata = JSON.stringify(form.kept);
    const changeId = changeOf(form.kept.value);
    const seen = changeId === null ? null : await needs.findHere(changeId, where);
    const view = filled(seen, where, (found) => detailsView(found, metadata, text));
    await click.client.views.update({ view_id: form.viewId, view });
    // Where nothing of the change is shown any more, there is no top to stand on.
    if (seen === null || seen === "elsewhere") await tellOf(needs, click, pressed.place, text);
  } catch (error) {
    // They may have closed it by now.
    needs.log.warn({ err: error }, "A click in a form is answered outside of it");
    await tellOf(needs, click, pressed.place, text);
  }
}

/** Where it was made; where Slack takes no answer there by its response_url, and what has none, as a form, directly. */
async function tellOf(
  needs: Pick<Needs, "homes" | "log">,
  { client, respond }: Pick<Click, "client" | "respond">,
  place: AnswerPlace | null,
  text: string,
): Promise<void> {
  try {
    await tell(needs, client, place, text);
  } catch (error) {
    if (place?.channelId === null || (place === null && respond === undefined)) throw error;
    needs.log.warn({ err: error }, "A click is not answered where it was made");
    if (respond !== undefined) await respond({ response_type: "ephemeral", replace_original: false, text });
    else if (place !== null) await tellDirectly(client, place.userId, { text, blocks: [] });
  }
}

async function tell(
  { homes }: Pick<Needs, "homes">,
  client: webApi.WebClient,
  place: AnswerPlace | null,
  text: string,
): Promise<void> {
  if (place === null) throw new Error("The click does not say where it was made.");
  const { channelId: channel, userId: user, threadTs } = place;
  if (channel === null) {
    await homes.say(user, text);
    return;
  }
  const thread = threadTs === null ? {} : { thread_ts: threadTs };
  await client.chat.postEphemeral({ channel, user, text, ...thread });
}
