import type { ChangeStatus } from "#change/change.ts";
import type { ListedChange } from "#change/listed.ts";
import { bold, bullets, code, type Part, type Piece, personPiece, said } from "#slack/text/blocks.ts";
import type { LinkTo } from "#slack/text/link-to.ts";
import { statusWords } from "#slack/text/states.ts";
import { cutMiddle, oneLine } from "#slack/text/text.ts";

/** Ten rows of these lengths stay within one rich_text block. */
const REQUEST_CHARS = 110;
const ENVIRONMENTS_CHARS = 40;

/** Changes as bullets: state, id with a link to the card, request, requester, environment, risk, age. */
export function listedRows(changes: readonly ListedChange[], linkTo: LinkTo, now: Date): Part {
  return bullets(changes.map((change) => listedRow(change, linkTo, now)));
}

/** How a change is called everywhere: the beginning of its id, which every word takes. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}

/**
 * What a row says a change is: what its plan does, else its request. In the request of a way back a change is called as
 * everywhere.
 */
export function rowTitle({ title, request }: Pick<ListedChange, "title" | "request">, max: number): string {
  const words = oneLine(title ?? request).replaceAll(
    /(Roll back change [0-9a-f]{8})-[0-9a-f-]{27}(?=:)/gu,
    "$1",
  );
  return cutMiddle(words, max);
}

/** The id, as a link to the card where there is one. */
export function idPiece(
  { id, home, cardTs }: Pick<ListedChange, "id" | "home" | "cardTs">,
  linkTo: LinkTo,
): Piece {
  const url = home === null || cardTs === null ? null : linkTo({ ...home, ts: cardTs });
  return url === null ? code(shortId(id)) : { type: "link", url, text: shortId(id) };
}

/** A time span as people say it: "just now", "5 min ago", "3 h ago", "2 days ago". */
export function ago(from: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - from.getTime()) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ago`;
  return `${Math.floor(hours / 24)} days ago`;
}

function listedRow(change: ListedChange, linkTo: LinkTo, now: Date): Piece[] {
  const { requester, environments, risk, createdAt } = change;
  const where =
    environments.length === 0 ? [] : [cutMiddle(oneLine(environments.join(", ")), ENVIRONMENTS_CHARS)];
  const about = [...where, ...(risk === null ? [] : [`${risk} risk`]), ago(createdAt, now)];
  return [
    bold(`${stateOf(change)} `),
    idPiece(change, linkTo),
    said(` ${rowTitle(change, REQUEST_CHARS)}\n`),
    personPiece(requester),
    said(` · ${about.join(" · ")}`),
  ];
}

function stateOf({ status, hasRun }: ListedChange): string {
  const idle: ReadonlySet<ChangeStatus> = new Set(["failed", "cancelled"]);
  return idle.has(status) && !hasRun ? `${statusWords(status)}, nothing was run` : statusWords(status);
}
