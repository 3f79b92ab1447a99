import type { LogLine, StepEnd } from "#change/journal.ts";
import type { Command } from "#change/plan.ts";
import { wasRefused, whyKubectlFailed } from "#execution/reasons/kubectl.ts";
import { whyTerraformFailed } from "#execution/reasons/terraform.ts";
import { readKubectl } from "#policy/kubectl/line.ts";
import { explainWait, readWait } from "./waits.ts";

/** What a program said, redacted, as far as it explains a failure. */
export type LastWords = {
  add: (lines: readonly LogLine[]) => void;
  explain: (end: StepEnd) => string | null;
  /** Whether the command was answered with a no, or never ran, so that nothing of it can still be under way. */
  wasRefused: (end: StepEnd) => boolean;
};

/** Of each stream the first lines and the last ones: an error is one of them. */
const MAX_HEAD_LINES = 200;
const MAX_TAIL_LINES = 200;

/** Makes it for one command. What `explain` returns is a sentence for people; null: nothing is known. */
export function createLastWords(command: Command): LastWords {
  const printed = { out: createEnds(), err: createEnds() };
  return {
    add: (lines) => {
      for (const { stream, text } of lines) printed[stream].add(text);
    },
    explain: (end) =>
      end.outcome === "done"
        ? null
        : explain(command, end, { out: printed.out.lines(), err: printed.err.lines() }),
    wasRefused: ({ outcome, exitCode, signal }) =>
      outcome === "failed" &&
      signal === null &&
      (exitCode === null || (command.tool === "kubectl" && wasRefused(printed.err.lines().join("\n")))),
  };
}

type Printed = { out: readonly string[]; err: readonly string[] };

function explain(command: Command, end: StepEnd, printed: Printed): string | null {
  const err = printed.err.join("\n");
  if (command.tool === "terraform") return whyTerraformFailed(err, printed.out.join("\n"));
  const wait = readWait(command);
  const late = wait === null ? null : explainWait(wait, end, printed);
  if (late !== null) return late;
  // One that somebody stopped was in the middle of it: what it had said by then is no reason.
  if (end.outcome !== "failed" && end.isLate !== true) return null;
  return whyKubectlFailed(err, { namespace: namespaceOf(command) });
}

function namespaceOf({ args }: Command): string | null {
  const read = readKubectl(args);
  return read.ok ? read.line.namespace : null;
}

function createEnds() {
  const head: string[] = [];
  const tail: string[] = [];
  return {
    add: (line: string): void => {
      if (head.length < MAX_HEAD_LINES) return void head.push(line);
      tail.push(line);
      if (tail.length > MAX_TAIL_LINES) tail.shift();
    },
    lines: () => [...head, ...tail],
  };
}
