import type { SlackDeps } from "#slack/client/deps.ts";
import type { ThreadPlace } from "#slack/client/tell.ts";
import type { Rendered } from "#slack/text/blocks.ts";
import { followUp } from "./follow-up.ts";
import { type MessageToBot, readMessageToBot } from "./message-to-bot.ts";
import { answerTyped, type TypedLine } from "./typed-line.ts";

/** What is answered to a message, and to whom and where. */
export type MessageAnswer = { place: ThreadPlace; answer(): Promise<Rendered> };

/** How many messages are remembered as answered. */
const REMEMBERED = 2_000;

/**
 * Answers what people write to the bot: returns who is to be told and how to find out what, or null for a message that is
 * none of a person to it. In a change's thread it is about that change, anywhere else it is what stands after a command.
 */
export function createAnswerMessage(deps: SlackDeps): (body: unknown) => MessageAnswer | null {
  const isFirst = createIsFirst();
  return (body) => {
    const message = readMessageToBot(body, deps.identity.botUserId);
    if (message === null || !isFirst(message)) return null;
    const { where, threadTs } = message;
    return {
      place: { userId: where.userId, channelId: where.channelId, threadTs },
      answer: () => answerTo(deps, message),
    };
  };
}

async function answerTo(deps: SlackDeps, message: MessageToBot): Promise<Rendered> {
  const { where, text, ts, threadTs } = message;
  const { channelId, userId } = where;
  const line: TypedLine = {
    command: `@${deps.identity.botName}`,
    text,
    where,
    // A message is the same one however often, and as whatever event, Slack delivers it.
    key: `slack:${channelId}:${ts}`,
    source: { channelId, ts },
  };
  const changeId = threadTs === null ? null : await deps.outbox.changeAt({ channelId, ts: threadTs, userId });
  const change = changeId === null ? null : await deps.changes.get(changeId);
  return change === null ? answerTyped(deps, line) : followUp(deps, change, message, line);
}

/**
 * Spares people a second answer to what Slack delivers twice. That nothing is done twice does not rest on it: it is one
 * instance's memory.
 */
function createIsFirst(): (message: MessageToBot) => boolean {
  const known = new Set<string>();
  return ({ where, ts }) => {
    const key = `${where.channelId}:${ts}`;
    if (known.has(key)) return false;
    known.add(key);
    const [oldest] = known;
    if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
    return true;
  };
}
