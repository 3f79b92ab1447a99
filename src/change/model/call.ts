/**
 * What came of one call of a model. `outcome` is `ok` or what went wrong, in a few words. Not `isKnown`: nobody said what all of
 * it used, so that it may be anything up to what was booked.
 */
export type MadeCall = {
  outcome: string;
  isKnown: boolean;
  inputTokens: number;
  outputTokens: number;
  /** Those of the output that were thinking. */
  thinkingTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  durationMs: number;
  /** What the service calls the request, for a ticket with it. */
  requestId: string | null;
  /** What it said of its limits, header by header. */
  rateLimits: Readonly<Record<string, string>> | null;
};
