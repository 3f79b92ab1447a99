import { join } from "node:path";
import { z } from "zod";

/** Where the counts stand that `npm test` holds a change to; `npm run bench -- --record` writes them anew. */
export const CEILINGS = join(import.meta.dirname, "ceilings.json");

/** What is counted and never timed. */
export const Ceilings = z.object({ statements: z.int(), commits: z.int(), processes: z.int() });

/** The counts among the figures. */
export function countsOf({
  statements,
  commits,
  processes,
}: z.infer<typeof Ceilings>): z.infer<typeof Ceilings> {
  return { statements, commits, processes };
}
