import type { CancelFor } from "#slack/clicks/cancelling.ts";
import type { UnlockAs } from "#slack/clicks/unlocking.ts";
import type { Rendered } from "#slack/text/blocks.ts";
import { answerCancel } from "./cancel.ts";
import { answerCheck } from "./check.ts";
import { renderHelp } from "./help.ts";
import { answerHistory } from "./history.ts";
import { answerList } from "./list.ts";
import { answerLogs } from "./logs.ts";
import type { WordName } from "./names.ts";
import { answerStatus } from "./status.ts";
import { answerUnlock } from "./unlock.ts";
import type { WordAsked, WordNeeds } from "./word.ts";

/** What all words together need. */
export type AllWordsNeed = WordNeeds & { unlockAs: UnlockAs; cancelFor: CancelFor };

/**
 * Answers a word: only the person who typed it is told. Throws only for faults of the port. `plan` is not among them: it is a
 * request, and is asked for as one (typed-line.ts).
 */
export async function answerWord(
  needs: AllWordsNeed,
  word: Exclude<WordName, "plan">,
  asked: WordAsked,
): Promise<Rendered> {
  switch (word) {
    case "check":
      return answerCheck(needs, asked);
    case "list":
      return answerList(needs, asked);
    case "status":
      return answerStatus(needs, asked);
    case "logs":
      return answerLogs(needs, asked);
    case "history":
      return answerHistory(needs, asked);
    case "cancel":
      return answerCancel(needs, asked);
    case "unlock":
      return answerUnlock(needs, asked);
    case "help":
      return renderHelp(asked.command);
  }
}
