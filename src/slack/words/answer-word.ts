import type { SlackDeps } from "#slack/client/deps.ts";
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
import type { WordAsked } from "./word.ts";

/** The words that are answered here. `plan` is a request, and is asked for as one (typed-line.ts). */
type AnsweredWord = Exclude<WordName, "plan">;

const ANSWERS: {
  [word in AnsweredWord]: (deps: SlackDeps, asked: WordAsked) => Rendered | Promise<Rendered>;
} = {
  check: answerCheck,
  list: answerList,
  status: answerStatus,
  logs: answerLogs,
  history: answerHistory,
  cancel: answerCancel,
  unlock: answerUnlock,
  help: (_, { command }) => renderHelp(command),
};

/** Answers a word: only the person who typed it is told. Throws only for faults of the port. */
export async function answerWord(deps: SlackDeps, word: AnsweredWord, asked: WordAsked): Promise<Rendered> {
  return ANSWERS[word](deps, asked);
}
