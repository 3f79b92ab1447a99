import type { Change } from "#change/change.ts";
import { readTarget, targetInWords } from "#change/target.ts";
import { bold, datePiece, type Part, type Piece, paragraph, personPiece, said } from "#slack/text/blocks.ts";
import type { LinkTo } from "#slack/text/link-to.ts";

/** Whom a blocked change waits for: what that one holds, whose it is, since when, and where its card stands. */
export function blockedParts(change: Change, linkTo: LinkTo): Part[] {
  const { blocked } = change;
  if (change.status !== "blocked" || blocked === null) return [];
  const { heldSince, since } = blocked;
  const what = targetInWords(readTarget(blocked.target));
  const how = heldSince === null ? "another change has waited longer for" : "another change holds";
  return [
    paragraph(
      bold("Waiting its turn: "),
      said(`${how} ${what}, since `),
      datePiece(heldSince ?? since),
      said(". It is "),
      nameOf(blocked, linkTo),
      said(", asked for by "),
      personPiece(blocked.requester),
      said(". This one goes on by itself when that one has ended."),
    ),
  ];
}

function nameOf({ by, home, cardTs }: NonNullable<Change["blocked"]>, linkTo: LinkTo): Piece {
  const url = home === null || cardTs === null ? null : linkTo({ ...home, ts: cardTs });
  const text = `change ${by.slice(0, 8)}`;
  return url === null ? said(text) : { type: "link", url, text };
}
