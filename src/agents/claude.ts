import { createCall } from "./call.ts";
import type { Answered, Ask, Message, ModelRequest } from "./question.ts";
import { ASK_PACE, type AskPace } from "./retries.ts";
import { answerTurn, type ToolTurn } from "./tools.ts";
import { type AskSettings, callUntilSaid, type Door, type Turn } from "./tries.ts";

/** Makes the one door to Claude. The SDK's own retries are off: every call is booked before it is made. */
export function createAsk(settings: AskSettings, pace: AskPace = ASK_PACE): Ask {
  const door: Door = { settings, call: createCall(settings, pace), pace, takesEffort: true };
  return async (question) => {
    let turn = firstTurn(door, question);
    for (;;) {
      const said = await callUntilSaid(door, question, turn);
      if (!said.ok) return said;
      if ("answer" in said) return { ok: true, answer: said.answer };
      const looked = await lookedTurn(question, said.at, said.turn);
      if (looked === null) return wentOnLooking(said.at.calls + 1);
      turn = looked;
    }
  };
}

function firstTurn({ settings, takesEffort }: Door, { agent, user }: ModelRequest<unknown>): Turn {
  const messages: Message[] = [{ role: "user", content: user }];
  const effort = takesEffort ? settings.effort[agent] : null;
  return { waitMs: 0, tries: 0, calls: 0, effort, messages, isShortened: false, isRepaired: false };
}

/** The question with what the model asked for, or null where it had its last call. */
async function lookedTurn(
  { tools }: ModelRequest<unknown>,
  turn: Turn,
  asked: ToolTurn,
): Promise<Turn | null> {
  const calls = turn.calls + 1;
  if (tools === undefined || calls >= tools.mostCalls) return null;
  const messages = [...turn.messages, ...(await answerTurn(tools, asked, calls))];
  return { ...turn, waitMs: 0, calls, messages };
}

function wentOnLooking(calls: number): Answered<never> {
  return { ok: false, reason: `the model went on looking and gave no answer in ${calls} calls` };
}
