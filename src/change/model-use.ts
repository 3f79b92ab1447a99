import { z } from "zod";

/** What all calls of a model for one change used, in tokens. `cachedTokens` are those of the input that a cache held or took. */
export const ModelUse = z.object({
  inputTokens: z.int(),
  cachedTokens: z.int(),
  outputTokens: z.int(),
});
export type ModelUse = z.infer<typeof ModelUse>;

/** What a person thinks of how a change went. */
export const Thumb = z.enum(["up", "down"]);
export type Thumb = z.infer<typeof Thumb>;
