import type { App, webApi } from "@slack/bolt";
import type { Log } from "#observe/log.ts";
import { answerOrFault } from "#slack/clicks/answer-or-fault.ts";
import { tellOne } from "#slack/clicks/tell.ts";
import type { InFlight } from "#slack/client/in-flight.ts";
import type { Rendered } from "#slack/text/blocks.ts";
import type { MessageAnswer } from "./answer-message.ts";
import { createSaidOften } from "./said-often.ts";

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
  const isSaidOften = createSaidOften();
  const take = async ({ body, client }: { body: unknown; client: webApi.WebClient }): Promise<void> => {
    const found = answerOf(body);
    if (found === null) return;
    const work = async (): Promise<void> => {
      const { text, blocks } = await answerOrFault(found.answer, log, (text) => ({ text, blocks: [] }));
      if (isSaidOften(found.place.userId, text)) return;
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
