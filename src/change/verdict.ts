import { z } from "zod";

/** The Reviewer's answer, names as on the wire (design.md, wire contracts). */
export const ReviewerOutput = z.object({
  result: z.enum(["approved", "rollback", "needs_human"]),
  notes: z.string().max(4_000),
});
export type ReviewerOutput = z.infer<typeof ReviewerOutput>;
export type ReviewResult = ReviewerOutput["result"];
