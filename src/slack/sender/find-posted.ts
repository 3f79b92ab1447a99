import { webApi } from "@slack/bolt";
import { z } from "zod";
import type { DueMessage } from "#change/outbox-port.ts";
import type { Log } from "#observe/log.ts";
import type { Identity } from "#slack/client/identity.ts";

/** The type under which our messages carry which message they are. Other apps in the channel can read it: no secrets. */
export const EVENT_TYPE = "greenlight_message";

/** A page of Slack's, and how many are read at most: a busy channel says much while nobody can look. */
const PAGE = 200;
const MOST_PAGES = 10;
/** How far the database's clock may be ahead of Slack's. */
const CLOCKS_APART_MS = 300_000;

const Messages = z.array(
  z.object({
    ts: z.string(),
    bot_id: z.string().optional(),
    user: z.string().optional(),
    files: z.array(z.object({ name: z.string().nullish() })).optional(),
    metadata: z
      .object({
        event_type: z.string().optional(),
        event_payload: z.object({ change_id: z.unknown(), name: z.unknown() }).optional(),
      })
      .optional(),
  }),
);

/**
 * Where a message stands that was posted without our hearing of it, or null; `fileName`: a message that holds this file.
 * Throws when Slack does not answer.
 */
export type FindPosted = (message: InChannel, fileName?: string) => Promise<string | null>;

type InChannel = DueMessage & { channelId: string };

/** Makes the search. Without the optional scopes it finds nothing, and says so once. */
export function createFindPosted(client: webApi.WebClient, identity: Identity, log: Log): FindPosted {
  // Direct channels have a scope of their own.
  const refused = new Set<boolean>();
  return async (message, fileName) => {
    const isDirect = message.person !== null;
    if (refused.has(isDirect)) return null;
    try {
      return await searchHere(
        client,
        message,
        (one) => isOurs(one, identity) && isThis(one, message, fileName),
      );
    } catch (error) {
      if (!(error instanceof webApi.WebAPIPlatformError) || error.data.error !== "missing_scope") throw error;
      refused.add(isDirect);
      const scopes = isDirect ? "scope im:history" : "scopes channels:history and groups:history";
      log.warn(`Without the optional ${scopes} a message can stand twice after a broken connection`);
      return null;
    }
  };
}

/** In its card's thread; where that was deleted, in the channel: there a verdict is said without it. */
async function searchHere(
  client: webApi.WebClient,
  message: InChannel,
  isIt: (found: Found) => boolean,
): Promise<string | null> {
  try {
    return await search(client, message, isIt);
  } catch (error) {
    if (!(error instanceof webApi.WebAPIPlatformError) || error.data.error !== "thread_not_found")
      throw error;
    return search(client, { ...message, cardTs: null }, isIt);
  }
}

/** Through all that stands there since the change was asked for, the newest first. */
async function search(
  client: webApi.WebClient,
  message: InChannel,
  isIt: (found: Found) => boolean,
): Promise<string | null> {
  const oldest = String((message.since.getTime() - CLOCKS_APART_MS) / 1_000);
  let cursor = "";
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const common = {
      channel: message.channelId,
      limit: PAGE,
      oldest,
      include_all_metadata: true,
      ...(cursor === "" ? {} : { cursor }),
    };
    const { messages, response_metadata: more } =
      message.cardTs === null || message.person !== null
        ? await client.conversations.history(common)
        : await client.conversations.replies({ ...common, ts: message.cardTs });
    const mine = Messages.parse(messages ?? []).find(isIt);
    if (mine !== undefined) return mine.ts;
    cursor = more?.next_cursor ?? "";
    if (cursor === "") return null;
  }
  return null;
}

type Found = z.infer<typeof Messages>[number];

/** A shared file comes as a message of the bot's user. */
function isOurs(found: Found, identity: Identity): boolean {
  return found.bot_id === identity.botId || found.user === identity.botUserId;
}

function isThis(found: Found, message: DueMessage, fileName: string | undefined): boolean {
  if (fileName !== undefined) return found.files?.some(({ name }) => name === fileName) ?? false;
  const payload = found.metadata?.event_payload;
  return (
    found.metadata?.event_type === EVENT_TYPE &&
    payload?.change_id === message.changeId &&
    payload.name === message.name
  );
}
