import { z } from "zod";

/** That a plan of this revision was refused by policy or its preview and is made anew: how many by now, and why the last one. */
export const RefusedPlan = z.object({ revision: z.int(), times: z.int(), reason: z.string() });
export type RefusedPlan = z.infer<typeof RefusedPlan>;
