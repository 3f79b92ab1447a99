import type { CancelFor } from "./cancelling.ts";
import type { UnlockAs } from "./unlocking.ts";
import type { AnswerWord, WordNeeds } from "./word.ts";
import { createWordCancel } from "./word-cancel.ts";
import { createWordCheck } from "./word-check.ts";
import { answerHelp } from "./word-help.ts";
import { createWordHistory } from "./word-history.ts";
import { createWordList } from "./word-list.ts";
import { createWordLogs } from "./word-logs.ts";
import type { WordName } from "./word-names.ts";
import { createWordStatus } from "./word-status.ts";
import { createWordUnlock } from "./word-unlock.ts";

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
