import { z } from "zod";

/**
 * What code read back of one object after a run. `good`: as the plan left it, and well. `failed`: it will not get there by
 * itself. `unknown`: it could not be read, is still on its way, or somebody else holds it now.
 */
export const Fact = z.object({
  /** The last step that changed it. */
  step: z.int(),
  /** "Deployment/payment-api in production". */
  target: z.string(),
  state: z.enum(["good", "failed", "unknown"]),
  /** For people, redacted: "5 of 5 ready, image registry/app:1.4.3". */
  says: z.string(),
  /** Of a step that failed: whether it changed this all the same. Left out: it is done, or nobody can tell. */
  changed: z.boolean().optional(),
  /** When that came to be, where the cluster says so, and how `says` goes on: "replicas was taken back from 5 to 3, at 12:03". */
  when: z.object({ word: z.enum(["at", "since", "last at"]), at: z.coerce.date() }).optional(),
});
export type Fact = z.infer<typeof Fact>;
