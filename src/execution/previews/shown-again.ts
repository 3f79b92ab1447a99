import type { Step } from "#change/plan.ts";
import type { Bindings, Shown } from "#change/preview.ts";
import { readKubectl } from "#policy/kubectl/line.ts";
import { lookAt } from "./kubectl.ts";
import type { Look } from "./look.ts";
import { shownBy } from "./shown.ts";

/** What is not so any more, in words. */
const NO_LONGER: Readonly<Record<Shown, string>> = {
  replaced: "no controller is seen that makes the pod again",
  finished: "the job is not seen to have ended",
  cordoned: "the node is not seen to be cordoned and ready",
  created: "what it makes is there by now",
};

/**
 * Why a step must not run by now: its risk rests on what a look showed, and a look just before it runs does not show that.
 * A job of that name may have been started anew while the question was open. Null: it still is so, or nothing rests on it.
 */
export async function whyNoLonger(step: Step, shown: Bindings["shown"], look: Look): Promise<string | null> {
  const wanted = shown?.find((one) => one.step === step.step)?.shows ?? [];
  if (wanted.length === 0) return null;
  const read = readKubectl(step.args);
  if (!read.ok) return read.reason;
  const seen = await lookAt(step, read.line, look);
  if (!seen.ok)
    return `Its risk rests on a look, which failed just before it would have run: ${seen.problem}.`;
  const { now, after } = seen;
  const { shows } = shownBy({ line: read.line, now, after, back: step.rollback, isBeforeChange: false });
  const missing = wanted.find((one) => !shows.includes(one));
  if (missing === undefined) return null;
  return `Its risk rests on a look, and by now ${NO_LONGER[missing]}. Ask again.`;
}
