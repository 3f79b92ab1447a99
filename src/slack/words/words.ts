import type { CancelFor } from "#slack/clicks/cancelling.ts";
import type { UnlockAs } from "#slack/clicks/unlocking.ts";
import { createWordCancel } from "./cancel.ts";
import { createWordCheck } from "./check.ts";
import { answerHelp } from "./help.ts";
import { createWordHistory } from "./history.ts";
import { createWordList } from "./list.ts";
import { createWordLogs } from "./logs.ts";
import type { WordName } from "./names.ts";
import { createWordStatus } from "./status.ts";
import { createWordUnlock } from "./unlock.ts";
import type { AnswerWord, WordNeeds } from "./word.ts";

/** What answers each word. `plan` is not among them: it is a request, and is asked for as one (commands.ts). */
export function createWords(
  needs: WordNeeds & { unlockAs: UnlockAs; cancelFor: CancelFor },
): Record<Exclude<WordName, "plan">, AnswerWord> {
  return {
    check: createWordCheck(needs),
    list: createWordList(needs),
    status: createWordStatus(needs),
    logs: createWordLogs(needs),
    history: createWordHistory(needs),
    cancel: createWordCancel(needs),
    unlock: createWordUnlock(needs),
    help: answerHelp,
  };
}
