import type { Change } from "#change/change.ts";
import { bold, type Part, paragraph, said } from "#slack/text/blocks.ts";
import { cutMiddle, visible } from "#slack/text/text.ts";

/** The newest of what people asked to be changed; older ones are in the thread. */
const MOST = 3;
const CHANGED_CHARS = 300;

/**
 * What people asked for, quoted, because the plan may do something else by now: the request, then each change of it that was
 * asked for. At most `max` characters of the request.
 */
export function askedFor({ request, decisions }: Pick<Change, "request" | "decisions">, max: number): Part {
  const changes = decisions
    .filter(({ answer, reason }) => answer === "request_changes" && reason !== null && reason !== "")
    .slice(-MOST)
    .map(({ reason }) => said(`, then “${cutMiddle(visible(reason ?? ""), CHANGED_CHARS)}”`));
  return paragraph(bold("Asked for: "), said(`“${cutMiddle(visible(request), max)}”`), ...changes);
}
