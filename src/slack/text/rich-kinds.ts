import type { types } from "@slack/bolt";

/** The blocks Slack brings to its workspaces one after the other. Each has a classic form here. */
const RICH_KINDS = ["container", "data_table", "plan", "context_actions"] as const;
export type RichKind = (typeof RICH_KINDS)[number];

/** Which of them may be sent. */
export type Takes = (kind: RichKind) => boolean;

/** The classic form everywhere. */
export const takesNone: Takes = () => false;

/** How long a workspace's refusal counts. It may get them any day. */
const REMEMBERED_MS = 24 * 60 * 60_000;

/** What each workspace has refused, in memory. */
export type RichKinds = {
  takesIn(teamId: string): Takes;
  /** These were refused there, and without them it was taken. */
  refusedIn(teamId: string, kinds: readonly RichKind[]): void;
};

/** Nothing is refused yet. */
export function createRichKinds(now: () => number = Date.now): RichKinds {
  const refusedAt = new Map<string, number>();
  return {
    takesIn: (teamId) => (kind) => now() - (refusedAt.get(`${teamId} ${kind}`) ?? -Infinity) > REMEMBERED_MS,
    refusedIn(teamId, kinds) {
      for (const kind of kinds) refusedAt.set(`${teamId} ${kind}`, now());
    },
  };
}

/**
 * Which rich blocks of a message Slack's refusal is about: those its pointers name (`/blocks/3/…`), or all of them when it
 * names none. Empty when the message holds none.
 */
export function kindsRefused(blocks: readonly types.KnownBlock[], why: string): RichKind[] {
  const named = [...why.matchAll(/\/blocks\/(\d+)/gu)].map(([, index]) => blocks[Number(index)]);
  return [...new Set((named.length > 0 ? named : blocks).flatMap(kindOf))];
}

function kindOf(block: types.KnownBlock | undefined): RichKind[] {
  return RICH_KINDS.filter((kind) => kind === block?.type);
}
