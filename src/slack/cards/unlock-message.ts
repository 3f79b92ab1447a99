import type { types } from "@slack/bolt";
import type { Change } from "#change/change.ts";
import { readTarget, targetInWords } from "#change/target.ts";
import type { Unlock } from "#change/unlock.ts";
import { dateMrkdwn, personMrkdwn, type Rendered, smallPrint } from "#slack/text/blocks.ts";
import { cutMiddle, inert, visible } from "#slack/text/text.ts";

const REASON_CHARS = 500;
const NAMED = 10;

/** That targets were taken away, as a reply below the card; null when there was no such time. */
export function renderUnlock(change: Change, number: number): Rendered | null {
  const unlock = change.unlocks[number - 1];
  if (unlock === undefined) return null;
  const text = `${unlockLine(unlock)}\nWhoever waits for it goes on. This change has to take it again before anything more of it runs.`;
  return { text, blocks: [{ type: "section", text: { type: "mrkdwn", text, verbatim: true } }] };
}

/** The last time, for the card. */
export function unlockBlocks({ unlocks }: Change): types.KnownBlock[] {
  const last = unlocks.at(-1);
  return last === undefined ? [] : [smallPrint(unlockLine(last))];
}

function unlockLine({ at, by, reason, targets }: Unlock): string {
  const why = inert(cutMiddle(visible(reason), REASON_CHARS));
  return `Unlocked by ${personMrkdwn(by)}, ${dateMrkdwn(at)}: ${targetsInWords(targets)}. ${why}`;
}
/** What was taken away, in words for mrkdwn. */
export function targetsInWords(targets: readonly string[]): string {
  const shown = targets.slice(0, NAMED).map((one) => inert(visible(targetInWords(readTarget(one)))));
  const left = targets.length - shown.length;
  return [...shown, ...(left > 0 ? [`${left} more`] : [])].join(", ");
}
