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

/** One more look after a change was done. `failed` facts held when it ended, and do not any more. */
export const LaterLook = z.object({
  /** 1 is the first. */
  number: z.int(),
  at: z.coerce.date(),
  facts: z.array(Fact),
});
export type LaterLook = z.infer<typeof LaterLook>;

/** What a look found that does not hold any more and no earlier look has told, object by object. */
export function newlyLost(looks: readonly LaterLook[], number: number): Fact[] {
  const told = new Set(
    looks
      .filter((one) => one.number < number)
      .flatMap(lost)
      .map(({ target }) => target),
  );
  return looks
    .filter((one) => one.number === number)
    .flatMap(lost)
    .filter(({ target }) => !told.has(target));
}

function lost({ facts }: LaterLook): Fact[] {
  return facts.filter(({ state }) => state === "failed");
}
