import type Anthropic from "@anthropic-ai/sdk";
import type { z } from "zod";
import type { MadeCall } from "#change/model/call.ts";
import type { Effort } from "#change/model/effort.ts";
import type { RunSignals } from "#change/run-signals.ts";
import type { Tools, ToolTurn } from "./tools.ts";

/** Who asks. */
export type Agent = "planner" | "reviewer";

/** One try at asking before it is made: the tokens are the most it can use. */
export type Most = {
  try: number;
  model: string;
  effort: Effort | null;
  inputTokens: number;
  outputTokens: number;
};

/** Leave to make a try: what stands for the requester before the service, and whom to tell what it used. */
export type Leave = { ok: true; userId: string; settle(made: MadeCall): Promise<void> };

/** Asked before each try. Leave to make it, or a sentence that says why it is not made. */
export type Book = (most: Most) => Promise<Leave | { ok: false; reason: string }>;

/**
 * For which change is asked, and how that is stopped and paid. `stop` ends a try, `pause` the wait between two, each with a
 * rejection.
 */
export type Asking = {
  changeId: string;
  signals: Pick<RunSignals, "pause" | "stop">;
  book: Book;
};

/**
 * A question to the model; the answer has to match `schema`. `otherwise` may make an answer of one that does not, where asking
 * again would bring the same; null: it cannot.
 */
export type ModelRequest<Answer> = {
  agent: Agent;
  system: string;
  user: string;
  schema: z.ZodType<Answer>;
  otherwise?: (value: unknown) => Answer | null;
  /** What may be looked at before the answer. */
  tools?: Tools;
  asking: Asking;
};

/** The answer, or a sentence saying why there is none. `isLasting`: asking the same again brings the same. */
export type Answered<Answer> = { ok: true; answer: Answer } | { ok: false; reason: string; isLasting?: true };

/** Asks the model; never throws for what the model or its service does. */
export type Ask = <Answer>(question: ModelRequest<Answer>) => Promise<Answered<Answer>>;

/** One message of the conversation as it is sent. It is never stored: what the model thought is signed, and of use only here. */
export type Message = { role: "user" | "assistant"; content: string | Anthropic.ContentBlockParam[] };

/** What is sent: for whom, and how much the model is to think about it; null: that is not said. */
export type Sent = { messages: readonly Message[]; effort: Effort | null; userId: string };

/**
 * Why a call brought no answer. `busy`: the same may work in a while, after `waitMs` where the service said so. `cut`: at the
 * limit of tokens. `effort`: the model takes none. `form`: `repair` says what was wrong with the answer. `lasting`: the same
 * would bring the same. `isUnsure`: it may have been answered, and paid for, without our hearing of it.
 */
export type Failure = { reason: string; isUnsure?: true } & (
  | { kind: "busy"; waitMs: number | null }
  | { kind: "form"; repair: readonly Message[] }
  | { kind: "cut" | "effort" | "lasting" }
);

/** What a whole message holds: an answer, a turn that asks for something first, or neither. */
export type Read<Answer> =
  | { ok: true; answer: Answer }
  | { ok: true; turn: ToolTurn }
  | ({ ok: false } & Failure);

/** What came of one call. */
export type Outcome<Answer> = { made: MadeCall } & Read<Answer>;
