import type { OutboxPort } from "#change/outbox-port.ts";
import type { Act } from "#slack/clicks/buttons.ts";
import type { DecideAs } from "#slack/clicks/deciding.ts";
import type { Identity } from "#slack/client/identity.ts";
import type { Listening } from "#slack/client/tell.ts";
import { createAnswerMessage } from "./answer-message.ts";
import { type AskNeeds, createAskAs } from "./ask-as.ts";
import { ASK_IN, createAskIn } from "./ask-where.ts";
import { createFollowUp } from "./follow-up.ts";
import { addAskForm, addShortcuts } from "./listen-shortcuts.ts";
import { addCommands, addMessages } from "./listen-typed.ts";
import { createAnswerTyped, type TypedNeeds } from "./typed-line.ts";

type AskingNeeds = Omit<TypedNeeds, "askAs"> &
  AskNeeds & {
    decideAs: DecideAs;
    outbox: Pick<OutboxPort, "changeAt">;
    identity: Identity;
  };

/** Every way in which people ask, put to Bolt: a command, a message to the bot, a shortcut with its form. Returns the clicks that belong to them. */
export function addAsking(listening: Listening, needs: AskingNeeds): Record<string, Act> {
  const { identity, outbox, decideAs, changes } = needs;
  const askAs = createAskAs(needs);
  const answerTyped = createAnswerTyped({ ...needs, askAs });
  const answerMessage = createAnswerMessage({
    changes,
    answerTyped,
    followUp: createFollowUp({ decideAs, answerTyped }),
    changeAt: outbox.changeAt,
    bot: { userId: identity.botUserId, name: identity.botName },
  });
  addCommands(listening, answerTyped);
  addMessages(listening, answerMessage);
  addShortcuts(listening, needs.findPlace);
  addAskForm(listening, askAs);
  return { [ASK_IN]: createAskIn(askAs) };
}
