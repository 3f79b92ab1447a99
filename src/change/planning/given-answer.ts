import { z } from "zod";

/** What the Planner answered to a question, with the commands it looked with and rests on. Redacted and bounded. */
export const GivenAnswer = z.object({ text: z.string(), restsOn: z.array(z.array(z.string())) });
export type GivenAnswer = z.infer<typeof GivenAnswer>;
