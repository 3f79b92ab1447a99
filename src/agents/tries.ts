import type { MadeCall } from "#change/model/call.ts";
import { type Effort, lowerEffort } from "#change/model/effort.ts";
import type { Log } from "#observe/log.ts";
import type { Call, CallSettings } from "./call.ts";
import type { Agent, Failure, Message, ModelRequest, Outcome, Read } from "./question.ts";
import { type AskPace, nextPauseMs, pauseUnless } from "./retries.ts";

/** What the door needs to know. */
export type AskSettings = CallSettings & { effort: Readonly<Record<Agent, Effort>>; log: Log };

/** The door: `takesEffort` is known once for all, or each question would begin with a call that is refused. */
export type Door = { settings: AskSettings; call: Call; pace: AskPace; takesEffort: boolean };

/**
 * What is sent, after what wait; how often the question was called before, how many calls led here that asked for something
 * first, and which of its second chances it has used.
 */
export type Turn = {
  waitMs: number;
  tries: number;
  calls: number;
  effort: Effort | null;
  messages: readonly Message[];
  isShortened: boolean;
  isRepaired: boolean;
};

/** What a turn came to in the end: what the model said, and the turn it said that to, or why it said nothing. */
type Said<Answer> = (Exclude<Read<Answer>, { ok: false }> & { at: Turn }) | Refused;
type Refused = { ok: false; reason: string; isLasting?: true };

/** Sends a turn until the model says something to it, there is no time left, or another try would bring the same. */
export async function callUntilSaid<Answer>(
  door: Door,
  question: ModelRequest<Answer>,
  first: Turn,
): Promise<Said<Answer>> {
  const { settings, call, pace } = door;
  const began = performance.now();
  let [turn, tries, busy] = [first, 0, 0];
  for (;;) {
    tries += 1;
    turn = { ...turn, tries: turn.tries + 1 };
    const made = await bookAndMake(settings, call, question, turn);
    if (!("made" in made)) return made;
    if (made.ok) return { ...made, at: turn };
    door.takesEffort &&= made.kind !== "effort";
    busy += Number(made.kind === "busy");
    const elapsedMs = performance.now() - began;
    const next = nextTurn(turn, made, (askedMs) =>
      nextPauseMs(pace, question.agent, { busy, elapsedMs, askedMs }),
    );
    if (next === null) return ended(made, { tries, elapsedMs });
    await pauseUnless(question.asking.signals.pause, next.waitMs);
    turn = next;
  }
}

/** One call, if there is leave for it; what it used is written down and what failed is logged. */
async function bookAndMake<Answer>(
  { model, log }: AskSettings,
  call: Call,
  question: ModelRequest<Answer>,
  { messages, effort, tries }: Turn,
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
function ended(failure: Failure & { made: MadeCall }, tried: Waited): Refused {
  const { requestId } = failure.made;
  const request = requestId === null ? "" : ` (request ${requestId})`;
  const said = { ok: false, reason: `${failure.reason}${waitedWords(failure, tried)}${request}` } as const;
  return failure.kind === "lasting" ? { ...said, isLasting: true } : said;
}

type Waited = { tries: number; elapsedMs: number };

function waitedWords(failure: Failure, { tries, elapsedMs }: Waited): string {
  if (failure.kind !== "busy") return "";
  const seconds = (ms: number): string => `${Math.ceil(ms / 1_000).toLocaleString("en-US")} s`;
  const often = `tried ${tries === 1 ? "once" : `${tries} times`} in ${seconds(elapsedMs)}`;
  return failure.waitMs === null ? `, ${often}` : `, ${often}; it asks to wait ${seconds(failure.waitMs)}`;
}
