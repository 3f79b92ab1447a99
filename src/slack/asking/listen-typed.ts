import type { App } from "@slack/bolt";
import { answerOrFault } from "#slack/clicks/answer-or-fault.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import { tell, waysTo } from "#slack/client/tell.ts";
import type { Rendered } from "#slack/text/blocks.ts";
import { say } from "#slack/text/say.ts";
import { createAnswerMessage } from "./answer-message.ts";
import { readCommand } from "./commands.ts";
import { answerTyped } from "./typed-line.ts";

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
