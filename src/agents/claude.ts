import Anthropic from "@anthropic-ai/sdk";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import type { z } from "zod";

/** One try at asking before it is made: the tokens are the most it can use. */
export type Most = { try: number; model: string; inputTokens: number; outputTokens: number };

/** What came of it. Not `isKnown`: nobody said what it used, and it may have been paid for. */
export type Try = {
  outcome: string;
  isKnown: boolean;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  durationMs: number;
};

/** Asked before each try. Leave to make it, and whom to tell what it used; or a sentence that says why it is not made. */
export type Book = (
  most: Most,
) => Promise<{ ok: true; settle(made: Try): Promise<void> } | { ok: false; reason: string }>;

/**
 * A question to the model; the answer has to match `schema`. `otherwise` may make an answer of one that does not, where asking
 * again would bring the same; null: it cannot.
 */
export type ModelRequest<Answer> = {
  system: string;
  user: string;
  schema: z.ZodType<Answer>;
  otherwise?: (value: unknown) => Answer | null;
  signal: AbortSignal;
  book: Book;
};

/** The answer, or a sentence saying why there is none. */
export type Answered<Answer> = { ok: true; answer: Answer } | { ok: false; reason: string };

/** Asks the model; never throws for what the model or its service does. */
export type Ask = <Answer>(question: ModelRequest<Answer>) => Promise<Answered<Answer>>;

const MAX_TRIES = 3;
const MAX_TOKENS = 8_000;
const TIMEOUT_MS = 120_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 20_000;

/** What the service puts around a question, in tokens, with room. */
const AROUND_TOKENS = 2_000;

/** `isUnsure`: it may have been answered, and paid for, without our hearing of it. */
type Outcome<Answer> = Answered<Answer> & {
  again: boolean;
  pauseMs?: number;
  usage?: Anthropic.Usage;
  isUnsure?: true;
};

/** Makes the one door to Claude. The SDK's own retries are off: three tries in all, each of them booked before it is made. */
export function createAsk(options: {
  apiKey: string;
  baseUrl: string | null;
  model: string;
  redact: (text: string) => string;
}): Ask {
  const client = new Anthropic({
    apiKey: options.apiKey,
    ...(options.baseUrl === null ? {} : { baseURL: options.baseUrl }),
    maxRetries: 0,
    timeout: TIMEOUT_MS,
  });
  return async (question) => {
    for (let number = 1; ; number += 1) {
      const leave = await question.book({ try: number, model: options.model, ...mostOf(question) });
      if (!leave.ok) return leave;
      const began = performance.now();
      const outcome = await tryOnce(client, options, question);
      await leave.settle(usedBy(outcome, Math.round(performance.now() - began)));
      if (outcome.ok || !outcome.again || number === MAX_TRIES) return outcome;
      await pause(outcome.pauseMs ?? FIRST_PAUSE_MS * 2 ** (number - 1), question.signal);
    }
  };
}

function usedBy(outcome: Outcome<unknown>, durationMs: number): Try {
  const { usage } = outcome;
  return {
    outcome: outcome.ok ? "ok" : outcome.reason,
    isKnown: outcome.isUnsure !== true,
    inputTokens: usage?.input_tokens ?? 0,
    outputTokens: usage?.output_tokens ?? 0,
    cacheReadTokens: usage?.cache_read_input_tokens ?? 0,
    cacheWriteTokens: usage?.cache_creation_input_tokens ?? 0,
    durationMs,
  };
}

/** No token is shorter than a byte, so this holds whatever is asked. */
function mostOf(question: { system: string; user: string; schema: z.ZodType }) {
  const schema = JSON.stringify(zodOutputFormat(question.schema));
  const bytes = [question.system, question.user, schema].map((text) => Buffer.byteLength(text));
  return {
    inputTokens: bytes.reduce((sum, one) => sum + one, AROUND_TOKENS),
    outputTokens: MAX_TOKENS,
  };
}

async function tryOnce<Answer>(
  client: Anthropic,
  { model, redact }: { model: string; redact: (text: string) => string },
  question: ModelRequest<Answer>,
): Promise<Outcome<Answer>> {
  const format = zodOutputFormat(question.schema);
  // The SDK's timeout ends with the headers; a body that stalls after them is ended by this.
  const late = AbortSignal.timeout(TIMEOUT_MS);
  try {
    // `create`, not `parse`: a parse error of the SDK carries neither the message nor its usage.
    const message = await client.messages.create(
      {
        model,
        max_tokens: MAX_TOKENS,
        system: question.system,
        messages: [{ role: "user", content: question.user }],
        output_config: { format },
      },
      { signal: AbortSignal.any([question.signal, late]) },
    );
    return { ...readMessage(message, question, redact), usage: message.usage };
  } catch (error) {
    if (question.signal.aborted) throw error;
    if (late.aborted)
      return { ok: false, again: true, isUnsure: true, reason: "the model did not answer in time" };
    if (error instanceof Anthropic.AnthropicError) return fromError(error);
    // A body that breaks off after its headers comes through the SDK bare: fetch's TypeError, or JSON's SyntaxError.
    if (error instanceof TypeError || error instanceof SyntaxError) {
      return { ok: false, again: true, isUnsure: true, reason: "the model's answer broke off on its way" };
    }
    throw error;
  }
}

function readMessage<Answer>(
  message: Anthropic.Message,
  { schema, otherwise }: Pick<ModelRequest<Answer>, "schema" | "otherwise">,
  redact: (text: string) => string,
): Outcome<Answer> {
  if (message.stop_reason === "refusal")
    return { ok: false, again: false, reason: "the model refused to answer" };
  if (message.stop_reason === "max_tokens") {
    return { ok: false, again: true, reason: `the model's answer was cut off at ${MAX_TOKENS} tokens` };
  }
  const text = message.content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("");
  const value = parseJson(redact(text));
  if (!isStorable(value)) {
    return {
      ok: false,
      again: true,
      reason: "the model's answer was not of the agreed form (it holds a NUL or half a character)",
    };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, answer: parsed.data, again: false };
  const other = otherwise?.(value) ?? null;
  if (other !== null) return { ok: true, answer: other, again: false };
  const issue = parsed.error.issues[0];
  const where = issue === undefined ? "" : ` (${issue.path.join(".")}: ${issue.message})`;
  return { ok: false, again: true, reason: `the model's answer was not of the agreed form${where}` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** PostgreSQL's JSON takes neither a NUL nor a lone surrogate: a change whose plan held one could never be written down. */
function isStorable(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed() && !value.includes("\0");
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, inner]) => isStorable(key) && isStorable(inner));
}

function fromError(error: InstanceType<typeof Anthropic.AnthropicError>): Outcome<never> {
  if (error instanceof Anthropic.APIConnectionError) {
    const isUnsure = error instanceof Anthropic.APIConnectionTimeoutError;
    return {
      ...{ ok: false, again: true, reason: "the model could not be reached" },
      ...(isUnsure ? { isUnsure } : {}),
    };
  }
  if (!(error instanceof Anthropic.APIError))
    return { ok: false, again: false, reason: "the model's client failed" };
  const status: number = error.status ?? 0;
  if (status === 401 || status === 403) {
    return { ok: false, again: false, reason: "the model's service did not accept ANTHROPIC_API_KEY" };
  }
  const again = status === 408 || status === 409 || status === 429 || status >= 500;
  const seconds = Number(error.headers?.get("retry-after") ?? Number.NaN);
  return {
    ok: false,
    again,
    reason: `the model's service answered ${status}`,
    ...(Number.isFinite(seconds) ? { pauseMs: Math.min(seconds * 1_000, LONGEST_PAUSE_MS) } : {}),
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
