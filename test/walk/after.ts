import { cards, waitFor } from "#test/support/slack.ts";
import type { Stage } from "./stage.ts";

const TRIES = 4;
const PATIENCE_MS = 15_000;

/** From the verdict: the way back as a change of its own, and the same once more. */
export async function walkAfter(stage: Stage): Promise<void> {
  const card = await stage.ask("/infra scale checkout to 3 replicas in staging");
  const verdict = await stage.verdict(card);
  await stage.sees(verdict, "How it was checked:");
  for (const [name, confirm] of [
    ["Roll back", "Ask for it"],
    ["Run again", undefined],
  ] as const) {
    const known = new Set(cards(stage.slack).map(({ ts }) => ts));
    const look = () => cards(stage.slack).find(({ ts }) => !known.has(ts));
    // A message that comes while one presses moves what one presses; each counts once, however often it is pressed.
    for (let tries = 0; tries < TRIES && look() === undefined; tries += 1) {
      await stage.press(verdict, name, confirm);
      await waitFor(look, name, PATIENCE_MS).catch(() => null);
    }
    const next = await waitFor(look, `the card of ${name}`, 1);
    await stage.sees(await stage.verdict(next), "How it was checked:");
  }
}
