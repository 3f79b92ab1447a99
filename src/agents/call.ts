import type Anthropic from "@anthropic-ai/sdk";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import type { MadeCall } from "#change/model/call.ts";
import type { Failure, Message, ModelRequest, Most, Outcome, Sent } from "./question.ts";
import { readMessage } from "./read-message.ts";
import type { AskPace } from "./retries.ts";
import { openSdk } from "./sdk.ts";
import { failureOf } from "./service-faults.ts";
import { createWatch, type Watch } from "./stream-watch.ts";
import { toolsParam } from "./tools.ts";

/** Where the model is and how it is called; `redact` sees every answer before anything else does. */
export type CallSettings = {
  apiKey: string;
  /** Null: the service's own. */
  baseUrl: string | null;
  model: string;
  redact: (text: string) => string;
};

/** One call of the model: the most it can use, and making it. It rejects only when it is stopped. */
export type Call = {
  most(question: Wanted, messages: readonly Message[]): Pick<Most, "inputTokens" | "outputTokens">;
  make<Answer>(question: ModelRequest<Answer>, sent: Sent): Promise<Outcome<Answer>>;
};

type Wanted = Pick<ModelRequest<unknown>, "system" | "schema" | "tools">;

/** Thinking counts into it: 8,000 were used up by thinking alone. */
const MAX_TOKENS = 16_000;
/** What the service puts around a question, in tokens, with room. */
const AROUND_TOKENS = 2_000;
/** More headers of limits than the service has. */
const MOST_LIMITS = 30;

/** Makes it, on the SDK, whose own retries, log, traces and headers from the environment are off. */
export function createCall(settings: CallSettings, pace: AskPace): Call {
  const client = openSdk(settings, pace);
  return {
    most: mostOf,
    make: async (question, sent) => {
      const { stop } = question.asking.signals;
      const began = performance.now();
      const watch = createWatch(pace, stop);
      const stream = client.messages.stream(bodyOf(settings.model, question, sent), {
        signal: watch.signal,
        middleware: [async (request, next) => watch.hear(await next(request))],
      });
      const madeOf = (failure: Failure | null, usage: Anthropic.Usage | undefined): MadeCall => ({
        ...usedBy(failure, usage),
        durationMs: Math.round(performance.now() - began),
        ...namesOf(watch),
      });
      try {
        const message = await stream.finalMessage();
        const read = readMessage(message, question, { redact: settings.redact, maxTokens: MAX_TOKENS });
        return { ...read, made: madeOf(read.ok ? null : read, message.usage) };
      } catch (error) {
        stop.throwIfAborted();
        const failure = watch.tooLate() ?? failureOf(error, { ...settings, hasEffort: sent.effort !== null });
        return { ok: false, ...failure, made: madeOf(failure, stream.currentMessage?.usage) };
      } finally {
        watch.end();
      }
    },
  };
}

function bodyOf(
  model: string,
  wanted: Wanted,
  { messages, effort, userId }: Sent,
): Anthropic.MessageStreamParams {
  return {
    ...{ model, max_tokens: MAX_TOKENS, messages: [...messages], ...beforeMessages(wanted) },
    output_config: { format: formatOf(wanted.schema), ...(effort === null ? {} : { effort }) },
    metadata: { user_id: userId },
  };
}

/**
 * With tools a question is more than one call, and each sends all that was said again: what the calls have in common is taken
 * into a cache, and so is what each of them adds. A single call would only pay for it.
 */
function beforeMessages({ system, tools }: Wanted): Partial<Anthropic.MessageStreamParams> {
  if (tools === undefined) return { system };
  const cache = { type: "ephemeral" } as const;
  return {
    system: [{ type: "text", text: system, cache_control: cache }],
    tools: toolsParam(tools.offers),
    cache_control: cache,
  };
}

/** Not the helper's own object: with its `parse`, a cut answer is thrown away with its usage. */
function formatOf(schema: ModelRequest<unknown>["schema"]): Anthropic.JSONOutputFormat {
  return { type: "json_schema", schema: zodOutputFormat(schema).schema };
}

/** No token is shorter than a byte, so this holds whatever is asked. */
function mostOf({ system, schema, tools }: Wanted, messages: readonly Message[]): ReturnType<Call["most"]> {
  const said = messages.map(({ content }) =>
    typeof content === "string" ? content : JSON.stringify(content),
  );
  const offered = tools === undefined ? "" : JSON.stringify(toolsParam(tools.offers));
  const texts = [system, offered, JSON.stringify(formatOf(schema)), ...said];
  return {
    inputTokens: texts.reduce((sum, text) => sum + Buffer.byteLength(text), AROUND_TOKENS),
    outputTokens: MAX_TOKENS,
  };
}

function usedBy(
  failure: Failure | null,
  usage: Anthropic.Usage | undefined,
): Omit<MadeCall, "durationMs" | "requestId" | "rateLimits"> {
  return {
    outcome: failure === null ? "ok" : failure.reason,
    isKnown: failure?.isUnsure !== true,
    inputTokens: usage?.input_tokens ?? 0,
    outputTokens: usage?.output_tokens ?? 0,
    thinkingTokens: usage?.output_tokens_details?.thinking_tokens ?? 0,
    cacheReadTokens: usage?.cache_read_input_tokens ?? 0,
    cacheWriteTokens: usage?.cache_creation_input_tokens ?? 0,
  };
}

function namesOf(watch: Watch): Pick<MadeCall, "requestId" | "rateLimits"> {
  const headers = watch.headers();
  const id = headers?.get("request-id") ?? "";
  const limits = [...(headers ?? [])].filter(([name]) => /^anthropic-(?:priority-)?ratelimit-/.test(name));
  return {
    requestId: /^[\w-]{1,100}$/.test(id) ? id : null,
    rateLimits:
      limits.length === 0
        ? null
        : Object.fromEntries(limits.slice(0, MOST_LIMITS).map(([name, value]) => [name, value.slice(0, 60)])),
  };
}
