import { z } from "zod";
import { Fact } from "./fact.ts";

/** The Reviewer's answer, names as on the wire (docs/architecture.md, wire contracts). */
export const ReviewerOutput = z.object({
  result: z.enum(["approved", "rollback", "needs_human"]),
  notes: z.string().max(4_000),
});
export type ReviewerOutput = z.infer<typeof ReviewerOutput>;

/**
 * How a run is judged, as its row keeps it. `by`: where no model said it, but Greenlight itself. `facts`: what was read
 * back after the run; older rows have none.
 */
export const Review = ReviewerOutput.extend({
  by: z.literal("greenlight").optional(),
  facts: z.array(Fact).optional(),
});
export type Review = z.infer<typeof Review>;
export type ReviewResult = ReviewerOutput["result"];
