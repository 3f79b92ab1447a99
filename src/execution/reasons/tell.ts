import type { Redact } from "#redact/redact.ts";
import { wasUnreached, whyKubectlFailed } from "./kubectl.ts";
import { withoutLog } from "./kubectl-statement.ts";
import type { Known } from "./rule.ts";
import { whyTerraformFailed } from "./terraform.ts";

/** What a program printed and how it ended, unredacted; `problem` says in our words why it was not run to its end. */
type Printed = { exitCode: number | null; stdout: string; stderr: string; problem: string | null };

/**
 * Why it failed, in our sentence, and behind it the program's own words, folded: both redacted and cut. `isAway`: the program
 * was not run to its end, or nobody answered, whatever was asked.
 */
export type Told = { why: string; words: string; isAway: boolean };

/** What is redacted of an output at all. */
const READ_CHARS = 65_536;
/** Not shown of a text that was cut at its end: half a secret would not be known as one. */
const CUT_MARGIN_CHARS = 2_048;
/** What is kept of the program's own words. */
const WORDS_CHARS = 1_500;

/** Tells it of a kubectl that looked. */
export function tellKubectl(printed: Printed, known: Known, redact: Redact): Told {
  // Redacted first and cut then: half a token looks like none.
  const said = redactBeginning(printed.stderr, redact);
  const why = whyOf("kubectl", printed, whyKubectlFailed(said, known));
  const isAway = printed.problem !== null || wasUnreached(said);
  return { why, words: withoutLog(said).trim().slice(0, WORDS_CHARS), isAway };
}

/** Tells it of a terraform that planned or got a root ready. Its errors stand at the end. */
export function tellTerraform(printed: Printed, redact: Redact): Told {
  const out = redact(wholeLines(printed.stdout));
  const err = redact(wholeLines(printed.stderr));
  const why = whyOf("terraform", printed, whyTerraformFailed(err, out));
  return { why, words: `${out}\n${err}`.trim().slice(-WORDS_CHARS), isAway: printed.problem !== null };
}

function whyOf(program: string, { exitCode, problem }: Printed, read: string | null): string {
  const known = [problem === null ? null : `${problem}.`, read].filter((part) => part !== null);
  return known.length === 0 ? `${program} ended with exit code ${exitCode}.` : known.join(" ");
}

function redactBeginning(text: string, redact: Redact): string {
  const read = redact(text.slice(0, READ_CHARS));
  return text.length <= READ_CHARS ? read : read.slice(0, -CUT_MARGIN_CHARS);
}

/** The end of a long text, from a line's beginning: the end of a secret alone looks like none. */
function wholeLines(text: string): string {
  return text.length <= READ_CHARS ? text : text.slice(-READ_CHARS).replace(/^[^\n]*(\n|$)/, "");
}
