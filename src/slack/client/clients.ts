import { type Logger, LogLevel, type webApi } from "@slack/bolt";
import type { Log } from "#observe/log.ts";

type Fetch = NonNullable<webApi.WebClientOptions["fetch"]>;

/** A call that takes longer than this is given up; the SDK's own default is to wait for ever. */
const CALL_TIMEOUT_MS = 10_000;

/** The SDK answers a response_url without any deadline of its own. */
const fetchWithDeadline: Fetch = (url, init) =>
  fetch(url, { ...init, signal: init?.signal ?? AbortSignal.timeout(CALL_TIMEOUT_MS) });

/** For calls a person waits for: a short retry, because a private answer that comes late helps nobody. */
export function askingOptions(apiUrl: string | null, log: Log): webApi.WebClientOptions {
  return {
    ...baseUrl(apiUrl),
    timeout: CALL_TIMEOUT_MS,
    retryConfig: { retries: 2, minTimeout: 300, maxTimeout: 2_000 },
    // Otherwise one 429 of one channel pauses every call of the client.
    rejectRateLimitedCalls: true,
    fetch: fetchWithDeadline,
    logger: slackLogger(log),
  };
}

/** For messages: no retry of its own, because the SDK posts twice when a connection drops after Slack took the call. */
export function sendingOptions(apiUrl: string | null, log: Log): webApi.WebClientOptions {
  return { ...askingOptions(apiUrl, log), retryConfig: { retries: 0 } };
}

/** For the socket's own calls: one try each, because sockets.ts comes again by itself. `stopping` ends one that is under way. */
export function socketOptions(
  apiUrl: string | null,
  log: Log,
  stopping: AbortSignal,
): webApi.WebClientOptions {
  return {
    ...baseUrl(apiUrl),
    timeout: CALL_TIMEOUT_MS,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: slackLogger(log),
    fetch: (url, init) =>
      fetch(url, {
        ...init,
        signal: AbortSignal.any([stopping, init?.signal ?? AbortSignal.timeout(CALL_TIMEOUT_MS)]),
      }),
  };
}

/** Slack's logger on top of ours: its information is our debug, and its debug (every payload) is nobody's. */
export function slackLogger(log: Log): Logger {
  const text = (words: unknown[]) =>
    words.map((word) => (word instanceof Error ? word.message : String(word))).join(" ");
  return {
    debug: () => undefined,
    info: (...words) => log.debug(text(words)),
    warn: (...words) => log.warn(text(words)),
    error: (...words) => log.error(text(words)),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}

function baseUrl(apiUrl: string | null): webApi.WebClientOptions {
  return apiUrl === null ? {} : { slackApiUrl: apiUrl.endsWith("/") ? apiUrl : `${apiUrl}/` };
}
