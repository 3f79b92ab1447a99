import { z } from "zod";

/** Which look: they are counted from 1 in each revision. */
export type LookKey = { changeId: string; revision: number; number: number };

/**
 * How a look that the Planner asked for ended. `seen`: the command did; `failed`: it ran and did not end well, which may say
 * as much; `refused`: it was not run; `cut off`: whoever ran it died with it, each time.
 */
export const LookOutcome = z.enum(["seen", "failed", "refused", "cut off"]);
export type LookOutcome = z.infer<typeof LookOutcome>;

/** What a look came to. `text` is what the model is told: redacted and cut, with its SHA-256. */
export const LookEnd = z.object({
  outcome: LookOutcome,
  /** The command as it ran, with its context; null: it was not run. */
  ran: z.array(z.string()).nullable(),
  environments: z.array(z.string()),
  text: z.string(),
  sha256: z.string(),
  ms: z.int(),
});
export type LookEnd = z.infer<typeof LookEnd>;

/** One look as its row says. `end` null: it is being made, or was cut off while it was. */
export const Look = z.object({
  number: z.int(),
  argv: z.array(z.string()),
  dir: z.string(),
  attempt: z.int(),
  end: LookEnd.nullable(),
});
export type Look = z.infer<typeof Look>;
