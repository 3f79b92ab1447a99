import { type Piece, paragraph, type Rendered, rich, said } from "./blocks.ts";
import { inert } from "./text.ts";

/** A short private answer of our own words, with what others typed kept literal. */
export function say(...lines: string[]): Rendered {
  return sayPieces(...lines.map((line) => [said(line)]));
}

/** The same in pieces, a line each. */
export function sayPieces(...lines: Piece[][]): Rendered {
  const text = lines.map((pieces) => inert(pieces.map(wordsOf).join(""))).join("\n");
  return { text, blocks: [rich(...lines.map((pieces) => paragraph(...pieces)))] };
}

function wordsOf(piece: Piece): string {
  if ("text" in piece && typeof piece.text === "string") return piece.text;
  return piece.type === "user" ? "somebody" : "";
}
