import type { App } from "@slack/bolt";
import { answerOrFault } from "#slack/clicks/answer-or-fault.ts";
import { FORM_MS, SLOW, within } from "#slack/clicks/within.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import type { Way } from "#slack/client/door.ts";
import { tell, waysTo } from "#slack/client/tell.ts";
import { ASK_BUTTON } from "#slack/text/buttons.ts";
import { askAs } from "./ask-as.ts";
import { ASK_FORM, askErrors, readAskForm } from "./ask-form.ts";
import { openingOfAskButton, openingOfShortcut, type ShortcutOpening } from "./shortcuts.ts";

/** What somebody is told whose form did not open. */
export const NOT_OPENED =
  "Slack did not open the form in time, so nothing was started. Use the shortcut again.";
const NOT_OPENED_FROM_HOME =
  "Slack did not open the form in time, so nothing was started. Press Ask for a change again.";
const OLD =
  "This shortcut is of another version of Greenlight. Whoever installed it updates the app from manifest.yml.";

/** Every shortcut, and the button of the Home: each opens a form, and nothing comes before that. Where its card could not stand, the form then has a choice of channels. */
export function addShortcuts(app: App, deps: SlackDeps): void {
  const { door, homes, inFlight, log } = deps;
  app.action(ASK_BUTTON, async ({ ack, body }) => {
    const opening = openingOfAskButton(body);
    const work = async (): Promise<void> => {
      const [text] = await Promise.all([opening === null ? null : open(deps, opening), ack()]);
      if (opening !== null && text !== null) await homes.say(opening.userId, NOT_OPENED_FROM_HOME);
    };
    await inFlight.track(work());
  });
  app.shortcut(/^/u, async ({ ack, body }) => {
    const opening = openingOfShortcut(body);
    const work = async (): Promise<void> => {
      const [text] = await Promise.all([opening === null ? null : open(deps, opening), ack()]);
      if (opening === null || text === null) return;
      const { userId, channelId } = opening;
      const ways: Way[] =
        channelId === null ? [{ by: "direct", userId }] : waysTo({ userId, channelId, threadTs: null });
      await tell({ door, log }, ways, { text, blocks: [] });
    };
    await inFlight.track(work());
  });
}

/**
 * The form for asking. A refusal stands in the form, which keeps the words; so it is asked before Slack is answered. What
 * takes longer than Slack waits is told when it is known, and the form stays until then.
 */
export function addAskForm(app: App, deps: SlackDeps): void {
  const { door, inFlight, log } = deps;
  app.view(ASK_FORM, async ({ ack, body }) => {
    const read = readAskForm(body);
    const work = async (): Promise<void> => {
      if ("errors" in read) {
        await ack({ response_action: "errors", errors: read.errors });
        return;
      }
      const { where, asked } = read;
      const asking = answerOrFault(
        () => askAs(deps, where, asked),
        log,
        (text) => ({ ok: false, about: "request", text }) as const,
      );
      const inTime = await within(asking, FORM_MS);
      const late = { ok: false, about: "request", text: SLOW } as const;
      const shown = inTime ?? late;
      if (shown.ok) await ack();
      else await ack({ response_action: "errors", errors: askErrors(body, shown) });
      if (inTime?.ok === false) return;
      const { text } = await asking;
      await tell({ door, log }, waysTo({ ...where, threadTs: null }), { text, blocks: [] });
    };
    await inFlight.track(work());
  });
}

async function open(deps: SlackDeps, opening: ShortcutOpening): Promise<string | null> {
  const { door, log } = deps;
  const { triggerId, view } = opening;
  if (view === null) return OLD;
  try {
    const viewId = await door.openForm({ triggerId, view, onTop: false });
    await offerChannels(deps, opening, viewId).catch((error: unknown) =>
      log.warn({ err: error }, "A form for asking offers no channels"),
    );
    return null;
  } catch (error) {
    log.warn({ err: error }, "The form for asking could not be opened");
    return NOT_OPENED;
  }
}

/** What is sent from a form that stayed as it was is refused with the same reason. */
async function offerChannels(
  { door, canPostIn }: SlackDeps,
  { elsewhere: view, channelId }: ShortcutOpening,
  viewId: string | null,
): Promise<void> {
  if (view === undefined || channelId === null || viewId === null) return;
  const place = await canPostIn(channelId);
  if (!place.ok && place.isUntold !== true) await door.changeForm(viewId, view);
}
