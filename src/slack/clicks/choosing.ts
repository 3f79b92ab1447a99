import { choicesOf } from "#slack/cards/talk-actions.ts";
import type { Where } from "#slack/client/where.ts";
import { isAsked, readButton } from "#slack/text/buttons.ts";
import type { Act } from "./answer-click.ts";
import { type DecidingDeps, decideAs } from "./deciding.ts";

/** As many choices as a question may have. */
const CHOICES = [0, 1, 2, 3, 4] as const;

/** The same act under the action id of every choice. */
export function choices(act: Act): { [actionId: string]: Act } {
  return Object.fromEntries(CHOICES.map((index) => [`greenlight:choose_${index}`, act]));
}

/** Takes a click on a choice, and says what only they are told. Which words it stands for the row says. */
export async function choose(deps: DecidingDeps, where: Where, value: unknown): Promise<string> {
  const read = typeof value === "string" ? readButton(value) : null;
  const change = read === null ? null : await deps.changes.get(read.question.changeId);
  const asked = change?.decisions.find(
    (one) => one.gate === "answers" && read !== null && isAsked(one, read.question),
  );
  const choice = asked === undefined ? undefined : choicesOf(asked)[Number(read?.extra)];
  if (read === null || choice === undefined)
    return "Nothing was answered: this is not a question that is open. The card shows where the change stands.";
  const answer = { gate: "answers", answer: "answered", reason: null, answers: [choice] } as const;
  return decideAs(deps, where, { ...read.question, ...answer });
}
