import type { App } from "@slack/bolt";
import { z } from "zod";
import { answerOrFault } from "#slack/clicks/answer-or-fault.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import { tell, waysTo } from "#slack/client/tell.ts";
import { isUserId, type Rendered } from "#slack/text/blocks.ts";
import { say } from "#slack/text/say.ts";
import { createAnswerMessage } from "./answer-message.ts";
import { answerTyped, type TypedLine } from "./typed-line.ts";

/** The command as Slack sends it. */
const Command = z.object({
  command: z.string().regex(/^\/[\w-]{1,31}$/u),
  text: z.string().default(""),
  user_id: z.string().refine(isUserId),
  team_id: z.string().min(1),
  channel_id: z.string().regex(/^[CGD][A-Z0-9]+$/u),
  trigger_id: z.string().min(1).max(300),
});

const UNREADABLE = "Slack sent this command in a way Greenlight does not understand. Nothing was started.";

/** Every command of the app, so that one that was renamed works too. */
export function addCommands(app: App, deps: SlackDeps): void {
  const { door, inFlight, log } = deps;
  app.command(/^\//u, async ({ ack, body, respond }) => {
    const work = async (): Promise<void> => {
      // First of all: Slack gives us 3 s, and a late answer makes people type it again.
      await ack();
      const line = readCommand(body);
      const answer =
        line === null ? say(UNREADABLE) : await answerOrFault(() => answerTyped(deps, line), log, plain);
      const there = line === null ? [] : waysTo({ ...line.where, threadTs: null });
      await tell({ door, log }, [{ by: "response_url", respond }, ...there], answer);
    };
    await inFlight.track(work());
  });
}

/** Reads one slash command as the line that was typed; null where Slack sends it in a way that cannot be read. */
export function readCommand(body: unknown): TypedLine | null {
  const parsed = Command.safeParse(body);
  if (!parsed.success) return null;
  const { command, text, user_id: userId, team_id: teamId, channel_id: channelId, trigger_id } = parsed.data;
  return {
    command,
    text,
    where: { userId, userTeamId: teamId, teamId, channelId },
    // Slack makes one per invocation, and delivers the same one again when it doubts that we heard.
    key: `slack:${trigger_id}`,
    source: null,
  };
}

/** Every message to the bot: a mention in a channel, and a direct message. Bolt acknowledges events by itself, before this. */
export function addMessages(app: App, deps: SlackDeps): void {
  const { door, inFlight, log } = deps;
  const answerOf = createAnswerMessage(deps);
  const isToldOften = createToldOften();
  const take = async ({ body }: { body: unknown }): Promise<void> => {
    const found = answerOf(body);
    if (found === null) return;
    const work = async (): Promise<void> => {
      const answer = await answerOrFault(found.answer, log, plain);
      if (isToldOften(found.place.userId, answer.text)) return;
      await tell({ door, log }, waysTo(found.place), answer);
    };
    await inFlight.track(work());
  };
  app.event("app_mention", take);
  app.event("message", take);
}

function plain(text: string): Rendered {
  return { text, blocks: [] };
}

/** The same answer this often within a minute is enough: each costs a call that somebody else's answer needs. */
const MOST_SAME = 3;
const WITHIN_MS = 60_000;
const REMEMBERED = 500;

/** Makes the question whether somebody was told these very words often enough lately. Counts each time it says no. */
function createToldOften(now: () => number = Date.now): (userId: string, text: string) => boolean {
  const told = new Map<string, { text: string; times: number; since: number }>();
  return (userId, text) => {
    const last = told.get(userId);
    const isSame = last !== undefined && last.text === text && now() - last.since < WITHIN_MS;
    if (isSame && last.times >= MOST_SAME) return true;
    told.delete(userId);
    told.set(userId, isSame ? { ...last, times: last.times + 1 } : { text, times: 1, since: now() });
    const [oldest] = told.keys();
    if (told.size > REMEMBERED && oldest !== undefined) told.delete(oldest);
    return false;
  };
}
