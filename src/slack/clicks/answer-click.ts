import type { SlackDeps } from "#slack/client/deps.ts";
import type { Where } from "#slack/client/where.ts";
import { answerOfAction, readButton } from "#slack/text/buttons.ts";
import { decideAs } from "./deciding.ts";
import type { Pressed } from "./pressed.ts";

const OLD = "This button is from an older card. Look for the newest card of this change in the channel.";
const OLD_HOME = "This button is from an older Home. Open it again.";

/** What a button does beside answering a question: takes its value, and says what only the person who clicked is told. */
export type Act = (deps: SlackDeps, where: Where, value: unknown, body: unknown) => Promise<string>;

/** Answers one click: returns what only the person who clicked is told. `acts` by action id. Throws only for faults of the port. */
export async function answerClick(
  deps: SlackDeps,
  acts: Readonly<Record<string, Act>>,
  pressed: Pressed | null,
  body: unknown,
): Promise<string> {
  if (pressed === null) return OLD;
  const { action, value, where } = pressed;
  const act = Object.hasOwn(acts, action) ? acts[action] : undefined;
  if (act !== undefined) return act(deps, where, value, body);
  const asks = Object.hasOwn(answerOfAction, action) ? answerOfAction[action] : undefined;
  const read = readButton(value ?? "");
  if (asks === undefined || read === null) return where.onHome === true ? OLD_HOME : OLD;
  return decideAs(deps, where, { ...read.question, ...asks, reason: null });
}
