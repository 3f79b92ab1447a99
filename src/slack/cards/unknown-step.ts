import type { types } from "@slack/bolt";
import type { Change } from "#change/change.ts";
import type { Changes } from "#change/changes.ts";
import type { LogExcerpt, StepRecord } from "#change/journal.ts";
import { unsettledStep } from "#change/operator.ts";
import { bold, codeBox, dateMrkdwn, paragraph, rich, said, smallPrint } from "#slack/text/blocks.ts";
import { commandLine, cutMiddle, inert, oneLine } from "#slack/text/text.ts";
import { logText } from "./step-message.ts";

/** A step whose end nobody saw, with the last it printed. */
export type UnknownStep = { record: StepRecord; log: LogExcerpt };

/** How many of its last lines stand in the question; the rest is in the thread. */
const LAST_LINES = { head: 0, tail: 8 };

const COMMAND_CHARS = 600;
const LOG_CHARS = 1_200;

/** The step of this change that a person has to say something about, or null. */
export async function findUnknown(
  changes: Pick<Changes, "logs">,
  change: Change,
  steps: readonly StepRecord[],
): Promise<UnknownStep | null> {
  const record = unsettledStep(change, steps);
  return record === null ? null : { record, log: await changes.logs(record, LAST_LINES) };
}

/** What a person needs who has to say whether it happened: the command, when and where it was started, its last lines. */
export function unknownBlocks({ record, log }: UnknownStep): types.KnownBlock[] {
  const which = record.direction === "rollback" ? `Taking back step ${record.step}` : `Step ${record.step}`;
  const lines = cutMiddle(logText(log), LOG_CHARS);
  const host = record.host === null ? "" : ` on ${inert(oneLine(record.host))}`;
  const since =
    record.startedAt === null
      ? `No start is recorded${host === "" ? "" : `; it was to run${host}`}`
      : `Started ${dateMrkdwn(record.startedAt)}${host}`;
  const until =
    record.mayRunUntil === null ? [] : [`It may still be running until ${dateMrkdwn(record.mayRunUntil)}`];
  return [
    rich(
      paragraph(bold(`${which}: did it happen?`)),
      codeBox(cutMiddle(commandLine(record.argv), COMMAND_CHARS)),
      ...(lines === "" ? [paragraph(said("It printed nothing that was kept."))] : []),
    ),
    ...(lines === "" ? [] : [rich(paragraph(bold("The last it printed:")), codeBox(lines))]),
    smallPrint([since, ...until].join(" · ")),
  ];
}

/** A change with its journal, and the step nobody saw the end of. */
export type Seen = { change: Change; steps: readonly StepRecord[]; unknown: UnknownStep | null };
