import { type Effort, lowerEffort } from "#change/model/effort.ts";
import type { Log } from "#observe/log.ts";
import { type Call, type CallSettings, createCall } from "./call.ts";
import type { Agent, Answered, Ask, Failure, Message, ModelRequest, Outcome } from "./question.ts";
import { ASK_PACE, type AskPace, nextPauseMs, pauseUnless } from "./retries.ts";

/** What the door needs to know. */
export type AskSettings = CallSettings & { effort: Readonly<Record<Agent, Effort>>; log: Log };

/** What is sent next, after what wait, and which of its second chances a question has used. */
type Turn = {
  waitMs: number;
  effort: Effort | null;
  messages: readonly Message[];
  isShortened: boolean;
  isRepaired: boolean;
};

/** The failed calls of a question so far: how many, how many of them only time could mend, and since when. */
type Tried = { tries: number; busy: number; elapsedMs: number };

/** Makes the one door to Claude. The SDK's own retries are off: every call is booked before it is made. */
export function createAsk(settings: AskSettings, pace: AskPace = ASK_PACE): Ask {
  const call = createCall(settings, pace);
  // Known once for all, or each question would begin with a call that is refused.
  let takesEffort = true;
  return async (question) => {
    const began = performance.now();
    const tried: Tried = { tries: 0, busy: 0, elapsedMs: 0 };
    let turn = firstTurn(question, takesEffort ? settings.effort[question.agent] : null);
    for (;;) {
      tried.tries += 1;
      const made = await bookAndMake(settings, call, question, turn, tried.tries);
      if (!("made" in made)) return made;
      if (made.ok) return { ok: true, answer: made.answer };
      takesEffort &&= made.kind !== "effort";
      tried.busy += Number(made.kind === "busy");
      tried.elapsedMs = performance.now() - began;
      const next = nextTurn(turn, made, (askedMs) =>
        nextPauseMs(pace, question.agent, { ...tried, askedMs }),
      );
      if (next === null) return ended(made, tried);
      await pauseUnless(question.asking.signals.pause, next.waitMs);
      turn = next;
    }
  };
}

/** One call, if there is leave for it; what it used is written down and what failed is logged. */
async function bookAndMake<Answer>(
  { model, log }: AskSettings,
  call: Call,
  question: ModelRequest<Answer>,
  { messages, effort }: Turn,
  tries: number,
): Promise<Outcome<Answer> | { ok: false; reason: string }> {
  const { book, changeId } = question.asking;
  const leave = await book({ try: tries, model, effort, ...call.most(question, messages) });
  if (!leave.ok) return leave;
  const outcome = await call.make(question, { messages, effort, userId: leave.userId });
  await leave.settle(outcome.made);
  if (outcome.ok) return outcome;
  const { requestId, durationMs } = outcome.made;
  const about = { changeId, agent: question.agent, model, effort, try: tries, requestId, durationMs };
  log.warn({ ...about, why: outcome.reason }, "A call of the model failed");
  if (outcome.kind === "effort") log.warn({ model }, "The model takes no effort: it is left out from now on");
  return outcome;
}

function firstTurn({ user }: ModelRequest<unknown>, effort: Effort | null): Turn {
  const messages: Message[] = [{ role: "user", content: user }];
  return { waitMs: 0, effort, messages, isShortened: false, isRepaired: false };
}

/** What is asked after a failure, or null where that would bring the same or there is no time left. */
function nextTurn(
  turn: Turn,
  failure: Failure,
  pauseMs: (askedMs: number | null) => number | null,
): Turn | null {
  const now = { ...turn, waitMs: 0 };
  switch (failure.kind) {
    case "busy": {
      const waitMs = pauseMs(failure.waitMs);
      return waitMs === null ? null : { ...turn, waitMs };
    }
    case "effort":
      return turn.effort === null ? null : { ...now, effort: null };
    case "cut": {
      const effort = turn.effort === null || turn.isShortened ? null : lowerEffort(turn.effort);
      return effort === null ? null : { ...now, effort, isShortened: true };
    }
    case "form":
      if (turn.isRepaired) return null;
      return { ...now, messages: [...turn.messages, ...failure.repair], isRepaired: true };
    case "lasting":
      return null;
  }
}

/** The last failure as people read it: how often it was tried where only time could help, and which request it was. */
function ended(failure: Failure & Outcome<unknown>, tried: Tried): Answered<never> {
  const { requestId } = failure.made;
  const request = requestId === null ? "" : ` (request ${requestId})`;
  const said = { ok: false, reason: `${failure.reason}${waitedWords(failure, tried)}${request}` } as const;
  return failure.kind === "lasting" ? { ...said, isLasting: true } : said;
}

function waitedWords(failure: Failure, { tries, elapsedMs }: Tried): string {
  if (failure.kind !== "busy") return "";
  const seconds = (ms: number): string => `${Math.ceil(ms / 1_000).toLocaleString("en-US")} s`;
  const often = `tried ${tries === 1 ? "once" : `${tries} times`} in ${seconds(elapsedMs)}`;
  return failure.waitMs === null ? `, ${often}` : `, ${often}; it asks to wait ${seconds(failure.waitMs)}`;
}
