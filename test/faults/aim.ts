import type { Random } from "#test/policy/random.ts";

/** How long before something else a click has to set out, so that either of them wins about as often. Found while it runs. */
export type Aim = {
  /** The lead of the next click in ms, spread a little; below 0: the other one sets out first. */
  leadMs(random: Random): number;
  /** The click won: the next one sets out later. It lost: earlier. */
  saw(clickWon: boolean): void;
};

/** Never more than this in one direction: a machine that stalls says nothing about the next round. */
const MOST_MS = 2_000;
const STEP_MS = { least: 2, first: 10, most: 60 };
const SPREAD_MS = 25;

/** Begins at `firstMs`. The same winner again and again means that it is far off, so the steps grow until the other one wins. */
export function createAim(firstMs: number): Aim {
  let leadMs = firstMs;
  let stepMs = STEP_MS.first;
  let before: boolean | null = null;
  return {
    leadMs: (random) => leadMs + (random() * 2 - 1) * SPREAD_MS,
    saw: (clickWon) => {
      const factor = clickWon === before ? 1.25 : 0.5;
      stepMs = Math.max(STEP_MS.least, Math.min(STEP_MS.most, stepMs * factor));
      before = clickWon;
      leadMs = Math.max(-MOST_MS, Math.min(MOST_MS, leadMs + (clickWon ? -stepMs : stepMs)));
    },
  };
}
