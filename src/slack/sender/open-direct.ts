import type { webApi } from "@slack/bolt";
import { z } from "zod";
import type { DueMessage, OutboxPort } from "#slack/client/outbox-port.ts";

const Opened = z.object({ id: z.string().min(1) });

/** Where a person's direct channel with the bot is. Throws what Slack says when there can be none. */
export type OpenDirect = (message: DueMessage) => Promise<string>;

/** Makes the question. The channel is remembered before anything is posted there, so that a crash after it finds the message. */
export function createOpenDirect(client: webApi.WebClient, port: Pick<OutboxPort, "setChannel">): OpenDirect {
  return async (message) => {
    if (message.person === null) throw new Error(`${message.name} has neither a channel nor a person.`);
    const { channel } = await client.conversations.open({ users: message.person });
    const { id } = Opened.parse(channel);
    await port.setChannel(message, id);
    return id;
  };
}
