import type { Viewer } from "#change/listed.ts";
import type { Where } from "#slack/client/where.ts";

/** A word as it was typed: the command before it, what stands behind it, who typed it, where, and when it was written, if it is a message. */
export type WordAsked = {
  command: string;
  rest: string;
  viewer: Viewer;
  where: Where;
  writtenAt: Date | undefined;
};
