import { pauseFor, type SettlePace } from "./settle.ts";
import type { StepNow } from "./step-now.ts";

/**
 * Looks at a step that did not end well until two looks, `steadyMs` apart, agree. `wasRefused`: it was answered with a no, so
 * nothing of it is under way. Else a request that nobody saw answered may still land after a look: what is not all there
 * counts only once `landMs` are over. Returns null when it was told to stop, or no two looks agree.
 */
export async function lookTwice(
  look: () => Promise<StepNow>,
  wasRefused: boolean,
  { pace, now, signal }: { pace: SettlePace; now: () => number; signal: AbortSignal },
): Promise<StepNow | null> {
  const landsUntil = now() + (wasRefused ? 0 : pace.landMs);
  const longest = Math.max(pace.mostMs, pace.steadyMs);
  let [before, pauseMs, left]: [StepNow | null, number, number] = [null, pace.steadyMs, MOST_LOOKS];
  for (;;) {
    const seen = await look();
    const hasLanded = now() >= landsUntil;
    if (seen.kind === "untold" || ((hasLanded || isAllAfter(seen)) && isSteady(before, seen))) return seen;
    if (hasLanded) left -= 1;
    if (left === 0) return unreadOrNone(seen);
    if (!(await pauseFor(pauseMs, signal))) return null;
    before = seen;
    pauseMs = Math.min(2 * pauseMs, longest);
  }
}

function unreadOrNone(seen: StepNow): StepNow | null {
  return seen.kind === "unread" ? seen : null;
}

/** Once nothing can land any more. By number: under load a look alone may take longer than the pause before it. */
const MOST_LOOKS = 5;

/** Whether a step stands as it leaves things, whatever was answered. */
export function isAllAfter(seen: StepNow): boolean {
  return seen.kind === "seen" && seen.objects.every(({ became }) => became === "after");
}

function isSteady(before: StepNow | null, seen: StepNow): boolean {
  return seen.kind === "seen" && JSON.stringify(seen) === JSON.stringify(before);
}
