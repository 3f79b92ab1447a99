import type { Stage } from "./stage.ts";

/** What does not work says so, and what to do. */
export async function walkTroubles(stage: Stage): Promise<void> {
  await stage.goTo("general");
  await stage.actAs("Ana");
  await stage.type("/infra show the pods in staging");
  await stage
    .last()
    .getByText(/invite/)
    .first()
    .waitFor();
  await stage.goTo("infra");
  await stage.actAs("Gus");
  await stage.type("/infra show the pods in staging");
  await stage.last().getByText(/guest/i).first().waitFor();

  const first = await stage.ask("/infra scale flaky-worker to 2 replicas in staging");
  await stage.sees(first, /Running step 2 of 2/);
  const second = await stage.ask("/infra restart flaky-worker in staging");
  await stage.sees(second, "Waiting for a target that another change holds");
  await stage.picture("waits", stage.shown(second));
  await stage.press(second, "Cancel", "Cancel it");
  await stage.actAs("Ana");
  await stage.press(first, "Stop", "Stop it");
  await stage.sees(first, "A person has to look at this");
  // It holds its target until somebody has.
  await stage.actAs("Ben");
  await stage.press(first, "Accept as it is");
  await stage.sees(first, "Accepted as it is");
}
