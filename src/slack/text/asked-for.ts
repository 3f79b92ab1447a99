import type { Change } from "#change/change.ts";
import { bold, type Part, paragraph, personPiece, said } from "./blocks.ts";
import { cutMiddle, visible } from "./text.ts";

/** The newest of what people asked to be changed; older ones are in the thread. */
const MOST = 3;
const CHANGED_CHARS = 600;

/**
 * Who asked for what, quoted, because the plan may do something else by now: the request, then each change of it that was
 * asked for. At most `max` characters of the request.
 */
export function askedFor(change: Pick<Change, "request" | "requester" | "decisions">, max: number): Part {
  const { request, requester, decisions } = change;
  const changes = decisions
    .filter(({ answer, reason }) => answer === "request_changes" && reason !== null && reason !== "")
    .slice(-MOST)
    .flatMap(({ by, reason }) => [
      said(", then "),
      ...(by === null ? [] : [personPiece(by)]),
      said(`: “${cutMiddle(visible(reason ?? ""), CHANGED_CHARS)}”`),
    ]);
  const quoted = said(`“${cutMiddle(visible(request), max)}”`);
  return paragraph(personPiece(requester), bold(" asked: "), quoted, ...changes);
}
