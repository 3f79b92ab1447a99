import type { Risk } from "#change/plan.ts";
import type { Shown } from "#change/preview.ts";

/**
 * One thing the rules have to say about a command, in words: how risky it makes it, or that it is refused. `unlessSeen`: a
 * look that shows one of these answers it.
 */
export type Finding = { risk: Risk | "refused"; reason: string; unlessSeen?: readonly Shown[] };

/** It is not run at all. */
export function refused(reason: string): Finding {
  return { risk: "refused", reason };
}

/** A person has to look at it. */
export function high(reason: string): Finding {
  return { risk: "high", reason };
}

/** It changes what runs, with a plain way back. */
export function medium(reason: string): Finding {
  return { risk: "medium", reason };
}

/** It changes nothing. */
export function low(reason: string): Finding {
  return { risk: "low", reason };
}
