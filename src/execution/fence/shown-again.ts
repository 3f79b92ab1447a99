import type { Shown } from "#change/preview.ts";
import { type LookedAt, shownBy } from "#execution/previews/shown.ts";

/** What is not so any more, in words. */
const NO_LONGER: Readonly<Record<Shown, string>> = {
  replaced: "no controller is seen that makes the pod again",
  finished: "the job is not seen to have ended",
  cordoned: "the node is not seen to be cordoned and ready",
  created: "what it makes is there by now",
};

/**
 * Why a step must not run by now: its risk rests on what a look showed, and the look just before it runs does not show
 * that. A job of that name may have been started anew while the question was open. Null: it still is so, or nothing rests
 * on it.
 */
export function whyNoLonger(
  looked: Omit<LookedAt, "isBeforeChange">,
  wanted: readonly Shown[],
): string | null {
  const { shows } = shownBy({ ...looked, isBeforeChange: false });
  const missing = wanted.find((one) => !shows.includes(one));
  if (missing === undefined) return null;
  return `Its risk rests on a look, and by now ${NO_LONGER[missing]}.`;
}
