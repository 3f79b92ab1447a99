import { z } from "zod";

/**
 * What all calls of a model for one change used, in tokens. A cache's tokens are input on top of `inputTokens`: held by it
 * already, or taken into it. `thinkingTokens` are part of the output.
 */
export const ModelUse = z.object({
  inputTokens: z.int(),
  cacheReadTokens: z.int(),
  cacheWriteTokens: z.int(),
  outputTokens: z.int(),
  thinkingTokens: z.int(),
});
export type ModelUse = z.infer<typeof ModelUse>;

/** What a person thinks of how a change went. */
export const Thumb = z.enum(["up", "down"]);
export type Thumb = z.infer<typeof Thumb>;
