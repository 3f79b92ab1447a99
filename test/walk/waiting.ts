import { cards, changeIdOf, waitFor } from "#test/support/slack.ts";
import type { Stage } from "./stage.ts";

/** A question nobody answers in time, and a target that a change holds which nobody looks at. */
export async function walkWaiting(stage: Stage): Promise<void> {
  const { slack } = stage;
  const late = await stage.ask("/infra scale payment-api to 6 replicas in production");
  await stage.sees(late, /Waiting for @/);
  await stage.endTime(late);
  await stage.sees(late, "Expired, nothing was run");
  await stage.shown(late).getByRole("button", { name: "Plan again" }).waitFor();
  await stage.picture("expired", stage.shown(late));
  const known = new Set(cards(slack).map(({ ts }) => ts));
  await stage.press(late, "Plan again");
  const again = await waitFor(() => cards(slack).find(({ ts }) => !known.has(ts)), "the next card");
  await stage.sees(again, /Waiting for @/);
  await stage.press(again, "Cancel", "Cancel it");

  const holder = await stage.ask("/infra scale flaky-worker to 4 replicas in staging");
  await stage.sees(holder, /Running step 2 of 2/);
  await stage.press(holder, "Stop", "Stop it");
  await stage.sees(holder, "A person has to look at this");
  const behind = await stage.ask("/infra scale flaky-worker to 3 replicas in staging");
  await stage.sees(behind, "Waiting for a target that another change holds");
  await stage.actAs("Ben");
  await stage.type(
    `/infra unlock ${await changeIdOf(slack, holder)} Ana has left, and the next one is urgent`,
  );
  await stage.sees(behind, /Running step/);
  await stage.sees(holder, /Ana has left/);
  await stage.picture("unlocked", stage.shown(holder));
  await stage.actAs("Ana");
  await stage.press(behind, "Stop", "Stop it");
  await stage.sees(behind, "A person has to look at this");
}
