import { cards, waitFor } from "../support/slack.ts";
import type { Stage } from "./stage.ts";

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
    await stage.press(verdict, name, confirm);
    const next = await waitFor(
      () => cards(stage.slack).find(({ ts }) => !known.has(ts)),
      `the card of ${name}`,
    );
    // A message that comes while one presses moves what one presses.
    await stage.sees(await stage.verdict(next), "How it was checked:");
  }
}
