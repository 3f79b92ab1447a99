import { z } from "zod";
import type { Change } from "#change/change.ts";

/** What a call to stop or to unlock once more follows: a moment as the view of the change tells it. */
export const After = z.iso.datetime({ offset: true }).pipe(z.coerce.date()).optional();

/** Before anything was said: so what a call without `after` would do is done once, however often it arrives. */
const NEVER = new Date(0);

/**
 * The moment a call to stop or to unlock counts from, so that one the network repeats does nothing more: `after`, when the
 * change knows that moment (one of the future would let every repetition count), else the beginning of time.
 */
export function writtenAfter(change: Change, after: Date | undefined): Date {
  const isKnown = after !== undefined && momentsOf(change).some((at) => at.getTime() === after.getTime());
  return isKnown ? after : NEVER;
}

/** The end of a refusal of words older than `last`: how a call says that it is none the network repeated. */
export function howAfter(last: Date | undefined): string {
  return last === undefined
    ? ""
    : ` A call that means it once more names what it follows: "after": "${last.toISOString()}".`;
}

function momentsOf({ cancel, decisions, unlocks }: Change): Date[] {
  return [cancel?.at, ...decisions.map(({ decidedAt }) => decidedAt), ...unlocks.map(({ at }) => at)].flatMap(
    (at) => at ?? [],
  );
}
