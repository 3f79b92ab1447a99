import type { IncomingMessage } from "node:http";

/** Slack's own tolerance, in both directions. */
const TOLERANCE_S = 300;

/**
 * A mount's guard against signed requests dated ahead: Bolt refuses those older than 300 s but takes one that is an hour
 * early (measured), so a captured request with such a date could be replayed for as long. What is no number is Bolt's to refuse.
 */
export function refuseFuture(now: () => Date): (request: IncomingMessage) => string | null {
  return (request) => {
    const stamp = Number(request.headers["x-slack-request-timestamp"]);
    const isAhead = stamp - now().getTime() / 1_000 > TOLERANCE_S;
    return isAhead
      ? `X-Slack-Request-Timestamp is more than ${TOLERANCE_S} s ahead of this machine's clock.`
      : null;
  };
}
