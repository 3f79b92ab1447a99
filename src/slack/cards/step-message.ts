import type { Change } from "#change/change.ts";
import type { LogExcerpt, LogLine, StepKey, StepRecord } from "#change/journal.ts";
import {
  bold,
  codeBox,
  dateMrkdwn,
  type Part,
  paragraph,
  type Rendered,
  rich,
  said,
  smallPrint,
} from "#slack/text/blocks.ts";
import { LOG_CHARS, LOG_LINE_CHARS } from "#slack/text/limits.ts";
import { commandLine, count, cutMiddle, inert, visible } from "#slack/text/text.ts";

const COMMAND_CHARS = 1_500;
const ERROR_CHARS = 600;

/**
 * What the thread shows of one attempt at one step: the command, how it ended, and the last lines of its log. `canAttach`:
 * whether the whole log comes as a file once it has ended; null: nothing is said of it.
 */
export function renderStep(
  change: Change,
  record: StepRecord,
  log: LogExcerpt,
  canAttach: boolean | null = null,
): Rendered {
  const title = titleOf(change, record);
  const parts: Part[] = [paragraph(bold(title)), codeBox(cutMiddle(commandLine(record.argv), COMMAND_CHARS))];
  // What a person has settled keeps the words of when nobody knew.
  if (record.error !== null && (record.outcome !== "done" || record.settledBy === null))
    parts.push(paragraph(said(cutMiddle(visible(record.error), ERROR_CHARS))));
  const lines = logText(log);
  const shown = lines === "" ? [] : [rich(codeBox(lines))];
  const words = lines === "" ? [record.outcome === "running" ? "No output yet" : "No output"] : [];
  return {
    text: `${inert(title)}: ${inert(cutMiddle(commandLine(record.argv), 200))}`,
    blocks: [
      rich(...parts),
      ...shown,
      smallPrint([...timing(record), ...words, ...fileWords(record, log, canAttach)].join(" · ")),
    ],
  };
}

/** Whether a message with this much room holds a log as it is, so that no file need hold it. */
export function isWholeInline({ head, tail, omitted }: LogExcerpt, room = LOG_CHARS): boolean {
  const whole = [...head, ...tail].map((line) => lineText(line, null));
  const isCut = whole.some((text) => text.length > LOG_LINE_CHARS) || whole.join("\n").length > room;
  return omitted === 0 && !isCut;
}

/** Where all lines of an ended attempt are, when its message has no room for them. `canAttach` as above. */
export function fileWords(
  record: StepRecord,
  log: LogExcerpt,
  canAttach: boolean | null,
  room = LOG_CHARS,
): string[] {
  if (canAttach === null || record.outcome === "running" || isWholeInline(log, room)) return [];
  const lines = log.head.length + log.tail.length + log.omitted;
  return canAttach
    ? [`All ${count(lines)} lines come as a file in this thread`]
    : [
        `All ${count(lines)} lines are kept, but not attached: the Slack app lacks files:write. Update it from manifest.yml and install it again`,
      ];
}

/** Head and tail of a log within this many characters, and between them how many lines are left out. Empty without output. */
export function logText(log: LogExcerpt, room = LOG_CHARS): string {
  let { head, tail, omitted } = log;
  let text = joined(head, tail, omitted);
  // The middle goes first: the newest lines of the head, then the oldest of the tail.
  while (text.length > room && head.length + tail.length > 1) {
    if (head.length > 3 || tail.length === 0) head = head.slice(0, -1);
    else if (tail.length > 1) tail = tail.slice(1);
    else head = head.slice(0, -1);
    omitted += 1;
    text = joined(head, tail, omitted);
  }
  return cutMiddle(text, room);
}

function joined(head: LogLine[], tail: LogLine[], omitted: number): string {
  const noun = omitted === 1 ? "line" : "lines";
  const gap = omitted === 0 ? [] : [`… ${count(omitted)} ${noun} left out …`];
  const text = (line: LogLine) => lineText(line, LOG_LINE_CHARS);
  return [...head.map(text), ...gap, ...tail.map(text)].join("\n");
}

/** One line of a log for reading, without terminal codes; cut in the middle beyond `max` characters, null is never. */
export function lineText(line: LogLine, max: number | null): string {
  const text = visible(line.text).replaceAll("\n", " ");
  return max === null ? text : cutMiddle(text, max);
}

function titleOf(change: Change, record: StepRecord): string {
  const total = record.revision === change.revision ? ` of ${change.plan?.plan.length ?? 0}` : "";
  const which = `${record.direction === "rollback" ? "Rollback of step" : "Step"} ${record.step}${total}`;
  const again = record.attempt > 1 ? `, attempt ${record.attempt}` : "";
  return `${which}${again} · ${outcomeWords(record)}`;
}

function outcomeWords(record: StepRecord): string {
  switch (record.outcome) {
    case "unknown":
      return "unknown, nobody saw how it ended";
    case "failed":
      return record.exitCode === null ? "failed" : `failed, exit code ${record.exitCode}`;
    default:
      return record.settledBy === null ? record.outcome : `${record.outcome}, as a person says`;
  }
}

function timing(record: StepRecord): string[] {
  const { startedAt, finishedAt } = record;
  if (startedAt === null) return [];
  if (finishedAt === null) return [`Started ${dateMrkdwn(startedAt)}`];
  return [`Took ${duration(finishedAt.getTime() - startedAt.getTime())}`, dateMrkdwn(startedAt)];
}

/** A time span for people: 0.4 s, 12 s, 3 min 5 s, 2 h 4 min. */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}

/** What the file with the whole log of an attempt is called. */
export function logFileName(key: StepKey): string {
  return `change-${key.changeId.slice(0, 8)}-r${key.revision}-${whichStep(key)}-attempt-${key.attempt}.log`;
}

/** Which step of a plan, or its way back, in a name of a file. */
export function whichStep({ direction, step }: StepKey): string {
  return `${direction === "rollback" ? "rollback-of-" : ""}step-${step}`;
}
