import { z } from "zod";
import { Fact } from "./fact.ts";

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
