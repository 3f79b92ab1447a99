import type { Agent } from "./prompt.ts";
import type { Json } from "./wire-parts.ts";

/** A scripted answer: what is said, or how the call goes wrong. `delayMs` comes before whatever else happens. */
export type ScriptedReply = {
  /** Only this agent's call takes the answer; without it the next call does, whoever makes it. */
  agent?: Agent;
  /** Milliseconds to wait first. Alone, the rules answer after the wait. */
  delayMs?: number;
  /** The text of the answer, as it is. */
  text?: string;
  /** The answer as JSON text; goes out as it is, also when it breaks the schema. */
  json?: unknown;
  /** Ends the answer for another reason than its end, "max_tokens" as if the limit of tokens was reached. */
  stop_reason?: "max_tokens" | "model_context_window_exceeded" | "pause_turn" | "tool_use" | "stop_sequence";
  /** Calls these tools instead of answering; with `text` it says that first. */
  tools?: readonly { name: string; input: Json }[];
  /** The model refuses: no content, stop_reason "refusal"; with a category and why, where it says them. */
  refusal?: boolean | { category: string; explanation: string | null };
  /** Thinks first: a block of thinking before the text, and this many tokens of it in the usage. */
  thinking?: number;
  /** An error with this HTTP status, in the API's shape. */
  status?: number;
  /** The error's sentence, where it is not the status's own. */
  message?: string;
  /** Seconds for the Retry-After header of an error. */
  retryAfter?: number;
  /** More headers of the answer or the error. */
  headers?: Record<string, string>;
  /** Never answers; the connection stays open until the caller gives up. */
  hang?: boolean;
  /** Breaks the connection in the middle of the answer. */
  dropConnection?: boolean;
  /** Of a stream: begins, and then sends nothing any more. */
  stall?: boolean;
  /** Of a stream: sends only pings first. */
  pings?: { count: number; everyMs: number };
  /** Of a stream: begins, and then says that something failed, as the API does once its 200 is out. */
  streamError?: "overloaded_error" | "api_error";
};

/** One-shot answers waiting for their call, first come first served. */
export type Script = { add(replies: ScriptedReply[]): void; take(agent: Agent | null): ScriptedReply | null };

/** An empty script. */
export function createScript(): Script {
  const waiting: ScriptedReply[] = [];
  return {
    add(replies) {
      waiting.push(...replies);
    },
    take(agent) {
      const index = waiting.findIndex((reply) => reply.agent === undefined || reply.agent === agent);
      return index < 0 ? null : (waiting.splice(index, 1)[0] ?? null);
    },
  };
}

/** The error type and sentence the API gives with a status. */
export function errorOfStatus(status: number): { type: string; message: string } {
  const known: Record<number, [string, string]> = {
    400: ["invalid_request_error", "The request was refused"],
    401: ["authentication_error", "invalid x-api-key"],
    403: ["permission_error", "Your API key does not have permission to use the specified resource"],
    404: ["not_found_error", "Not Found"],
    413: ["request_too_large", "Request exceeds the maximum size"],
    429: ["rate_limit_error", "This request would exceed your organization's rate limit"],
    529: ["overloaded_error", "Overloaded"],
  };
  const [type, message] = known[status] ?? ["api_error", "Internal server error"];
  return { type, message };
}

/** The same by the error's type, for an error within a stream, which has no status. */
export function errorOfType(type: "overloaded_error" | "api_error"): { type: string; message: string } {
  return errorOfStatus(type === "overloaded_error" ? 529 : 500);
}
