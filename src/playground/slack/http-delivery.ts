import { createHmac } from "node:crypto";
import type { Ack, Envelope } from "./socket.ts";

/**
 * Posts the envelope to the app's request URL as Slack does in HTTP mode: forms for commands and interactions, JSON for
 * events, signed with the secret. Anything but 200 within `ackMs` is no ack.
 */
export async function sendByHttp(
  envelope: Envelope,
  { url, secret, ackMs, clock }: { url: string; secret: string; ackMs: number; clock: () => number },
): Promise<Ack> {
  const { body, type } = bodyOf(envelope);
  const timestamp = String(Math.floor(clock() / 1_000));
  const signature = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
  const retry: Record<string, string> =
    envelope.attempt > 0
      ? { "x-slack-retry-num": String(envelope.attempt), "x-slack-retry-reason": "http_timeout" }
      : {};
  try {
    const response = await fetch(url, {
      method: "POST",
      redirect: "manual",
      signal: AbortSignal.timeout(ackMs),
      headers: {
        "content-type": type,
        "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": `v0=${signature}`,
        ...retry,
      },
      body,
    });
    const text = await response.text();
    return response.status === 200 ? { outcome: "acked", response: readAnswer(text) } : { outcome: "failed" };
  } catch (error) {
    const late = error instanceof Error && error.name === "TimeoutError";
    return { outcome: late ? "timeout" : "failed" };
  }
}

function bodyOf(envelope: Envelope): { body: string; type: string } {
  if (envelope.type === "events_api")
    return { body: JSON.stringify(envelope.payload), type: "application/json" };
  const form =
    envelope.type === "interactive"
      ? new URLSearchParams({ payload: JSON.stringify(envelope.payload) })
      : new URLSearchParams(
          Object.fromEntries(Object.entries(envelope.payload).map(([name, value]) => [name, String(value)])),
        );
  return { body: form.toString(), type: "application/x-www-form-urlencoded" };
}

/** JSON when it is JSON, else the words as a message's text. */
function readAnswer(text: string): unknown {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    return { text };
  }
}
