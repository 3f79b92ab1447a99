import type { DueMessage, OutboxPort } from "#change/outbox-port.ts";
import type { Door } from "#slack/client/door.ts";

/** Where a person's direct channel with the bot is. Throws what Slack says when there can be none. */
export type OpenDirect = (message: DueMessage) => Promise<string>;

/** Makes the question. The channel is remembered before anything is posted there, so that a crash after it finds the message. */
export function createOpenDirect(
  door: Pick<Door, "openDirect">,
  port: Pick<OutboxPort, "setChannel">,
): OpenDirect {
  return async (message) => {
    if (message.person === null) throw new Error(`${message.name} has neither a channel nor a person.`);
    const id = await door.openDirect(message.person);
    await port.setChannel(message, id);
    return id;
  };
}
