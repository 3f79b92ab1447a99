import Anthropic from "@anthropic-ai/sdk";
import type { Failure } from "./question.ts";
import { wordsOf } from "./read-message.ts";
import { askedWaitMs } from "./retries.ts";

/** What was asked for when the service failed. */
type Sent = { model: string; hasEffort: boolean; redact: (text: string) => string };

/** Statuses that time may mend; the service may say otherwise in a header. */
const PASSING = [408, 409, 429];

/** What an error of the SDK says about the call, and what to do about it. Throws what is none. */
export function failureOf(error: unknown, sent: Sent): Failure {
  if (!(error instanceof Anthropic.AnthropicError)) throw error;
  if (error instanceof Anthropic.APIConnectionError) return unreached(error);
  if (!(error instanceof Anthropic.APIError))
    // A stream that ends before its message does, whatever ended it.
    return busy("the model's answer broke off on its way", { isUnsure: true });
  const words = error.apiMessage === null ? "" : wordsOf(error.apiMessage, sent.redact);
  const status: number | null = error.status ?? null;
  // Within a stream an error has no status: its 200 was sent before.
  if (status === null) return busy(failed(error.type ?? "error", error.type, words), { isUnsure: true });
  const again = error.headers?.get("x-should-retry");
  const isPassing = again === "true" || (again !== "false" && (PASSING.includes(status) || status >= 500));
  if (isPassing) {
    const waitMs = error.headers === undefined ? null : askedWaitMs(error.headers);
    return busy(failed(String(status), error.type, words), { waitMs });
  }
  if (status === 400 && sent.hasEffort && /\beffort\b/i.test(words))
    return { kind: "effort", reason: lasting(status, words, sent.model) };
  return { kind: "lasting", reason: lasting(status, words, sent.model) };
}

function busy(reason: string, more: { waitMs?: number | null; isUnsure?: true } = {}): Failure {
  return { kind: "busy", reason, waitMs: null, ...more };
}

function unreached(error: InstanceType<typeof Anthropic.APIConnectionError>): Failure {
  const code = codeOf(error);
  const reason = `the model could not be reached${code === null ? "" : ` (${code})`}`;
  return busy(reason, error instanceof Anthropic.APIConnectionTimeoutError ? { isUnsure: true } : {});
}

/** ECONNREFUSED, ENOTFOUND: what the system calls it, wherever it stands among the causes. */
function codeOf(error: unknown): string | null {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1)
    if ("code" in at && typeof at.code === "string" && /^[A-Z][A-Z0-9_]{1,40}$/.test(at.code)) return at.code;
  return null;
}

function failed(status: string, type: string | null, words: string): string {
  if (status === "529" || type === "overloaded_error") return `the model's service is overloaded (${status})`;
  const said = words === "" ? status : `${status}: ${words}`;
  return status === "429"
    ? `the model's service takes no more calls for now (${said})`
    : `the model's service failed (${said})`;
}

/** What the service said, and which setting mends it. */
function lasting(status: number, words: string, model: string): string {
  const said = words === "" ? String(status) : `${status}: ${words}`;
  if (status === 401)
    return `the model's service did not accept the key (${said}). Set ANTHROPIC_API_KEY to one that is valid`;
  if (status === 402 || /credit balance|billing/i.test(words))
    return `the model's service wants to be paid (${said}). Add credit to the account of ANTHROPIC_API_KEY`;
  if (status === 403)
    return `the key may not do this (${said}). Set ANTHROPIC_API_KEY to one that may use ${model}`;
  if (status === 404)
    return `the model's service does not know ${model} (${said}). Set GREENLIGHT_MODEL to a model this key may use; if another address is meant, ANTHROPIC_BASE_URL`;
  if (status === 413 || /prompt is too long/i.test(words))
    return `the request is more than the model takes at once (${said}). Ask for less at once`;
  return `the model's service refused the request (${said}). Set GREENLIGHT_MODEL to a model that answers in a given form (structured outputs)`;
}
