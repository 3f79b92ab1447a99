import type { Blocked, OpenHere } from "#change/blocked.ts";
import { type Change, isEnded } from "#change/change.ts";
import { readTarget, targetInWords } from "#change/target.ts";
import { bold, datePiece, type Part, type Piece, paragraph, personPiece, said } from "#slack/text/blocks.ts";
import type { LinkTo } from "#slack/text/link-to.ts";
import { mentionPiece, mentionsOf } from "#slack/text/who-asked.ts";

/** More are counted. */
const MOST_NAMED = 3;

/** Whom a blocked change waits for: what that one holds, whose it is, since when, whom that one waits for itself, and where its card stands. */
export function blockedParts(change: Change, linkTo: LinkTo): Part[] {
  const { blocked } = change;
  if (change.status !== "blocked" || blocked === null) return [];
  const { by: changeId, heldSince, since, waitsForPerson } = blocked;
  const what = targetInWords(readTarget(blocked.target));
  const how = heldSince === null ? "another change has waited longer for" : "another change holds";
  return [
    paragraph(
      bold("Waiting its turn: "),
      said(`${how} ${what}, since `),
      datePiece(heldSince ?? since),
      said(". It is "),
      nameOf({ ...blocked, changeId }, linkTo),
      said(", asked for by "),
      personPiece(blocked.requester),
      ...(waitsForPerson ? whoseDecision(blocked) : []),
      said(
        `. This one goes on by itself ${blocked.freeAt === null ? "" : "then, or "}when that one has ended.`,
      ),
    ),
  ];
}

/** What stands open on the targets of this change, with where its card stands. */
export function openHereParts({ openHere, status }: Change, linkTo: LinkTo): Part[] {
  if (openHere.length === 0 || isEnded(status)) return [];
  const more = openHere.length - MOST_NAMED;
  return [
    paragraph(
      bold("Still open here: "),
      ...openHere
        .slice(0, MOST_NAMED)
        .flatMap((one) => [
          nameOf(one, linkTo),
          said(", asked for by "),
          personPiece(one.requester),
          said(". "),
        ]),
      ...(more > 0 ? [said(`And ${more} more. `)] : []),
      said(
        openHere.length === 1
          ? "It ran on the same target and still needs a person's decision; its targets were freed."
          : "They ran on the same target and still need a person's decision; their targets were freed.",
      ),
    ),
  ];
}

/** It stands still until a person has decided, or its targets are free. */
function whoseDecision({ freeAt, canAnswer }: Blocked): Piece[] {
  const who = (canAnswer ?? []).flatMap(mentionsOf).slice(0, MOST_NAMED);
  const named = who.flatMap((one, index) => [said(index === 0 ? " (" : ", "), mentionPiece(one)]);
  return [
    said(", and it waits for a person"),
    ...named,
    ...(named.length === 0 ? [] : [said(")")]),
    ...(freeAt === null ? [] : [said("; its targets are free at the latest "), datePiece(freeAt)]),
  ];
}

function nameOf({ changeId, home, cardTs }: Omit<OpenHere, "requester">, linkTo: LinkTo): Piece {
  const url = home === null || cardTs === null ? null : linkTo({ ...home, ts: cardTs });
  const text = `change ${changeId.slice(0, 8)}`;
  return url === null ? said(text) : { type: "link", url, text };
}
