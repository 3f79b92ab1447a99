import type { Random } from "../policy/random.ts";

/** How long before something else a click has to set out, so that either of them wins about as often. Found while it runs. */
export type Aim = {
  /** The lead of the next click in ms, spread a little; below 0: the other one sets out first. */
  leadMs(random: Random): number;
  /** The click won: the next one sets out later. It lost: earlier. */
  saw(clickWon: boolean): void;
};

/** Never more than this in one direction: a machine that stalls says nothing about the next round. */
const MOST_MS = 400;

/** Begins at `firstMs`, moves by `stepMs` after each round, and spreads over twice `spreadMs`. */
export function createAim(firstMs: number, { stepMs = 3, spreadMs = 15 } = {}): Aim {
  let leadMs = firstMs;
  return {
    leadMs: (random) => leadMs + (random() * 2 - 1) * spreadMs,
    saw: (clickWon) => {
      leadMs = Math.max(-MOST_MS, Math.min(MOST_MS, leadMs + (clickWon ? -stepMs : stepMs)));
    },
  };
}
