import { z } from "zod";
import { Person } from "./person.ts";

/** That somebody took a change's targets away from it, so that the next one could go on. */
export const Unlock = z.object({
  by: Person,
  reason: z.string(),
  targets: z.array(z.string()),
  at: z.date(),
});
export type Unlock = z.infer<typeof Unlock>;

/** The fewest and the most characters of a reason to unlock. */
export const UNLOCK_REASON = { min: 10, max: 1_000 };
