import type { types } from "@slack/bolt";
import type { Change } from "#change/change.ts";
import type { LogExcerpt, StepRecord } from "#change/journal.ts";
import { idPiece, shortId } from "#slack/cards/listed-rows.ts";
import { isWholeInline, logFileName, renderStep } from "#slack/cards/step-message.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import {
  charsOf,
  code,
  headline,
  paragraph,
  type Rendered,
  rich,
  said,
  smallPrint,
} from "#slack/text/blocks.ts";
import { SLACK_LIMITS } from "#slack/text/limits.ts";
import { sayPieces } from "#slack/text/say.ts";
import { stateTitle, stateWords } from "#slack/text/states.ts";
import { inert } from "#slack/text/text.ts";
import { findNamed } from "./named-change.ts";
import type { WordAsked } from "./word.ts";

const LINES = { head: 0, tail: 40 };
/** Leaves room for what is said around the logs. */
const LOGS_CHARS = SLACK_LIMITS.message - 1_500;
const LOGS_BLOCKS = SLACK_LIMITS.blocks - 5;

/** Shows the last lines of every attempt, or of those at one step, the newest where not all of it fits. */
export async function answerLogs(deps: SlackDeps, asked: WordAsked): Promise<Rendered> {
  const [id, step, ...more] = asked.rest.split(/\s+/u).filter((word) => word !== "");
  const named = await findNamed(deps, asked, "logs", id);
  if (!named.ok) return named.answer;
  const { change, cardTs } = named;
  if ((step !== undefined && !/^[1-9]\d?$/u.test(step)) || more.length > 0)
    return sayPieces([code(`${asked.command} logs ID STEP`), said(" takes the number of one step.")]);
  const all = await deps.changes.steps(change.id);
  const records = step === undefined ? all : all.filter((record) => record.step === Number(step));
  if (records.length === 0) return nothing(change, all, step);
  const shown = await fitting(deps, change, records);
  const left = records.length - shown.length;
  return {
    text: `${inert(stateWords(change, all))}: logs of change ${shortId(change.id)}`,
    blocks: [
      headline(stateTitle(change, all)),
      rich(
        paragraph(
          said("The thread of change "),
          idPiece({ ...change, cardTs }, deps.linkTo),
          said(" has all of it."),
        ),
      ),
      ...(left === 0 ? [] : [smallPrint(inert(leftOut(asked, change, left)))]),
      ...shown.flat(),
    ],
  };
}

/** As many as fit, counted from the newest, in the order they ran. */
async function fitting(
  { changes, identity }: SlackDeps,
  change: Change,
  records: readonly StepRecord[],
): Promise<types.KnownBlock[][]> {
  const shown: types.KnownBlock[][] = [];
  let [chars, many] = [0, 0];
  for (const record of records.toReversed()) {
    const log = await changes.logs(record, LINES);
    const blocks = [...renderStep(change, record, log).blocks, ...wholeLog(record, log, identity.canAttach)];
    chars += blocks.reduce((sum, block) => sum + charsOf(block), 0);
    many += blocks.length;
    if (shown.length > 0 && (chars > LOGS_CHARS || many > LOGS_BLOCKS)) break;
    shown.unshift(blocks);
  }
  return shown;
}

/** Where the lines are that are not shown here. */
function wholeLog(record: StepRecord, log: LogExcerpt, canAttach: boolean): types.ContextBlock[] {
  if (record.outcome === "running" || isWholeInline(log)) return [];
  return [
    smallPrint(
      canAttach
        ? `All of it is in the thread, in the file \`${logFileName(record)}\``
        : "All of it is kept, but not in the thread: the Slack app lacks files:write",
    ),
  ];
}

function leftOut({ command }: WordAsked, change: Change, left: number): string {
  const what = left === 1 ? "1 earlier attempt is" : `${left} earlier attempts are`;
  return `${what} left out. One step alone: ${command} logs ${shortId(change.id)} STEP`;
}

function nothing(change: Change, all: readonly StepRecord[], step: string | undefined): Rendered {
  const what = step === undefined || all.length === 0 ? "Nothing has run" : `Step ${step} has not run`;
  return sayPieces([said(`${what} of change ${shortId(change.id)}: ${stateWords(change, all)}.`)]);
}
