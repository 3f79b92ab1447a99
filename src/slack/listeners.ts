import type { App, webApi } from "@slack/bolt";
import { AwayError } from "../change/away.ts";
import type { Log } from "../observe/log.ts";
import type { MessageAnswer } from "./answer-message.ts";
import { ASK_FORM } from "./ask-form.ts";
import type { Rendered } from "./blocks.ts";
import { type ClickPlace, placeOf } from "./buttons.ts";
import type { DecideAs, FindHere } from "./deciding.ts";
import { type Form, type Opening, openingOf, submissionOf } from "./forms.ts";
import { isOnHome, openedBy } from "./home-clicks.ts";
import type { HomesPort } from "./home-port.ts";
import type { InFlight } from "./in-flight.ts";
import { tellOne } from "./tell.ts";

type Answer = (body: unknown) => Promise<string>;

const FAULT =
  "Something went wrong inside Greenlight, and nothing was recorded. Try again in a minute; if it stays, tell whoever runs it.";
const AWAY =
  "Greenlight's database is away for the moment. Try again in a minute; what the card shows then is what was recorded.";
const NOT_OPENED = "Slack did not open the form in time, so nothing was done. Press the button again.";

/** Every command of the app, so that one that was renamed works too. */
export function addCommands(
  app: App,
  answer: (body: unknown) => Promise<Rendered>,
  inFlight: InFlight,
  log: Log,
): void {
  app.command(/^\//u, async ({ ack, body, respond }) => {
    const work = async (): Promise<void> => {
      // First of all: Slack gives us 3 s, and a late answer makes people type it again.
      await ack();
      const { text, blocks } = await answerOrFault(
        () => answer(body),
        log,
        (text) => ({ text, blocks: [] }),
      );
      try {
        await respond({ response_type: "ephemeral", text, ...(blocks.length === 0 ? {} : { blocks }) });
      } catch (error) {
        log.error({ err: error }, "Slack refuses an answer to a command, so its text is sent alone");
        await respond({ response_type: "ephemeral", text });
      }
    };
    await inFlight.track(work());
  });
}

/** Every message to the bot: a mention in a channel, and a direct message. Bolt acknowledges events by itself, before this. */
export function addMessages(
  app: App,
  answerOf: (body: unknown) => MessageAnswer | null,
  inFlight: InFlight,
  log: Log,
): void {
  const take = async ({ body, client }: { body: unknown; client: webApi.WebClient }): Promise<void> => {
    const found = answerOf(body);
    if (found === null) return;
    const work = async (): Promise<void> => {
      const { text, blocks } = await answerOrFault(found.answer, log, (text) => ({ text, blocks: [] }));
      try {
        await tellOne(client, found.place, { text, blocks });
      } catch (error) {
        log.error({ err: error }, "Slack refuses an answer to a message, so its text is sent alone");
        await tellOne(client, found.place, { text, blocks: [] });
      }
    };
    await inFlight.track(work());
  };
  app.event("app_mention", take);
  app.event("message", take);
}

/**
 * Every click, also on what an older version posted: one that nobody answers hangs and then fails. One that opens a form is
 * answered by the form.
 */
export function addButtons(
  app: App,
  needs: { answer: Answer; forms: readonly Form[]; findHere: FindHere },
  inFlight: InFlight,
  log: Log,
): void {
  app.action(/^/u, async ({ ack, body, respond, client }) => {
    const opening = openingOf(needs.forms, body);
    const work = async (): Promise<void> => {
      if (opening !== null) {
        // The trigger lives 3 s and works once: nothing comes before it.
        const [text] = await Promise.all([open(client, opening, needs.findHere, log), ack()]);
        if (text !== null) await respond({ response_type: "ephemeral", replace_original: false, text });
        return;
      }
      await ack();
      const text = await answerOrFault(
        () => needs.answer(body),
        log,
        (text) => text,
      );
      // A Home has no channel: what is said of the click stands on it.
      if (isOnHome(body)) return;
      try {
        await tell(client, placeOf(body), text);
      } catch (error) {
        log.warn({ err: error }, "A click is answered by its response_url");
        await respond({ response_type: "ephemeral", replace_original: false, text });
      }
    };
    await inFlight.track(work());
  });
}

/** Whoever looks at their Home finds it true, and for a day after that. */
export function addHome(app: App, homes: Pick<HomesPort, "opened">, inFlight: InFlight, log: Log): void {
  app.event("app_home_opened", async ({ body }) => {
    const by = openedBy(body);
    if (by === null) return;
    const work = homes.opened(by.userId, by.teamId);
    await inFlight.track(work).catch((error) => log.error({ err: error }, "A Home cannot be shown"));
  });
}

/** Every form that comes back but the one for asking, which is answered otherwise (listen-shortcuts.ts). */
export function addForms(
  app: App,
  needs: { forms: readonly Form[]; decideAs: DecideAs },
  inFlight: InFlight,
  log: Log,
): void {
  app.view(new RegExp(`^(?!${ASK_FORM}$)`, "u"), async ({ ack, body, client }) => {
    const work = async (): Promise<void> => {
      const submission = submissionOf(needs.forms, body);
      if ("errors" in submission) {
        await ack({ response_action: "errors", errors: submission.errors });
        return;
      }
      await ack();
      const { where, given, place } = submission;
      const text = await answerOrFault(
        () => needs.decideAs(where, given),
        log,
        (text) => text,
      );
      await tell(client, place, text);
    };
    await inFlight.track(work());
  });
}

/** Opens the form, and fills it from the row where it asks for that. Returns what the person is told instead, or null. */
async function open(
  client: webApi.WebClient,
  opening: Opening,
  findHere: FindHere,
  log: Log,
): Promise<string | null> {
  if ("refusal" in opening) return opening.refusal;
  const { triggerId, view, fill, changeId, where } = opening;
  try {
    const opened = await client.views.open({ trigger_id: triggerId, view });
    const viewId = opened.view?.id;
    if (fill === null || viewId === undefined) return null;
    await client.views.update({ view_id: viewId, view: fill(await findHere(changeId, where)) });
    return null;
  } catch (error) {
    log.warn({ err: error, changeId }, "A form could not be opened or filled");
    return NOT_OPENED;
  }
}

async function tell(client: webApi.WebClient, place: ClickPlace | null, text: string): Promise<void> {
  if (place === null) throw new Error("The click does not say where it was made.");
  const { channelId: channel, userId: user, threadTs } = place;
  const thread = threadTs === null ? {} : { thread_ts: threadTs };
  await client.chat.postEphemeral({ channel, user, text, ...thread });
}

/** What was found out, or the sentence for a fault of ours, which is logged. */
export async function answerOrFault<Said>(
  answer: () => Promise<Said>,
  log: Log,
  inWords: (fault: string) => Said,
): Promise<Said> {
  try {
    return await answer();
  } catch (error) {
    log.error({ err: error }, "A command or click could not be carried out");
    return inWords(error instanceof AwayError ? AWAY : FAULT);
  }
}
