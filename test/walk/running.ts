import { BOTH, type Stage } from "./stage.ts";

/** A change that goes well, one that fails half way and is taken back, and one that is stopped while it runs. */
export async function walkRunning(stage: Stage): Promise<void> {
  const { page } = stage;
  // Other words than where it was decided: the same ones within ten seconds are taken for a slip.
  const good = await stage.ask("/infra scale payment-api to 7 replicas in production");
  await approve(stage, good);
  const verdict = await stage.verdict(good);
  await stage.sees(verdict, "How it was checked:");
  await stage.picture("verdict", stage.shown(verdict), BOTH);
  await stage.press(verdict, "This change went well");

  const bad = await stage.ask(
    "/infra scale web to 4 replicas in production, then scale flaky-worker to 2 replicas in production",
  );
  await approve(stage, bad);
  await stage.sees(bad, /Running step 4 of 4/);
  await stage
    .shown(bad)
    .getByRole("button", { name: /repl(y|ies)/ })
    .click();
  await page.locator("#thread").getByText("deployment.apps/flaky-worker scaled").first().waitFor();
  await stage.picture("running", undefined, BOTH);
  await page.locator("#thread").getByRole("button", { name: "Close" }).first().click();
  const back = await stage.verdict(bad);
  await stage.sees(back, /Rolled back/);
  await stage.picture("rolled-back", stage.shown(back));

  const stopped = await stage.ask("/infra scale flaky-worker to 3 replicas in production");
  await approve(stage, stopped);
  await stage.sees(stopped, /Running step 2 of 2/);
  await stage.press(stopped, "Stop", "Stop it");
  await stage.sees(stopped, "A person has to look at this");
  await stage.picture("needs-person", stage.shown(stopped));
  await stage.press(stopped, "Roll back", "Roll back");
  // Its second step only reads, so nothing is left that somebody has to look at.
  await stage.sees(stopped, "Rolled back");
}

async function approve(stage: Stage, card: Parameters<Stage["sees"]>[0]): Promise<void> {
  await stage.sees(card, /Waiting for @/);
  await stage.actAs("Ben");
  await stage.press(card, "Approve", "Approve and run");
}
