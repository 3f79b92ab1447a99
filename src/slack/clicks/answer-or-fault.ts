import { AwayError } from "#change/away.ts";
import type { Log } from "#observe/log.ts";

const FAULT =
  "Something went wrong inside Greenlight, and nothing was recorded. Try again in a minute; if it stays, tell whoever runs it.";
const AWAY =
  "Greenlight's database is away for the moment. Try again in a minute; what the card shows then is what was recorded.";

/** What was found out, or the sentence for a fault of ours, which is logged. */
export async function answerOrFault<Answer>(
  answer: () => Promise<Answer>,
  log: Log,
  inWords: (fault: string) => Answer,
): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    log.error({ err: error }, "A command or click could not be carried out");
    return inWords(error instanceof AwayError ? AWAY : FAULT);
  }
}
