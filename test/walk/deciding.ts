import assert from "node:assert/strict";
import { BOTH, type Stage } from "./stage.ts";

/** The card, who may not decide, another plan, a reason for no, and the typed name before something is destroyed. */
export async function walkDeciding(stage: Stage): Promise<void> {
  const { form } = stage;
  const card = await stage.ask("/infra scale payment-api to 5 replicas in production");
  await stage.sees(card, /Waiting for @/);
  await stage.picture("card", stage.shown(card).locator(".message-body"), BOTH);
  await stage.press(card, "Approve", "Approve and run");
  await stage
    .last()
    .getByText("You asked for this change, so somebody else has to decide about it.")
    .waitFor();
  await stage.actAs("Ben");
  await stage.press(card, "Request changes");
  await form().getByRole("textbox").fill("use 4 instead, and restart checkout too");
  await form().getByRole("button", { name: "Plan again" }).click();
  await stage.sees(card, /use 4 instead/);
  await stage.actAs("Ana");
  await stage.press(card, "Cancel", "Cancel it");
  await stage.sees(card, "Cancelled, nothing was run");

  const gone = await stage.ask("/infra delete the deployment legacy-report in production");
  await stage.sees(gone, /Waiting for @/);
  await stage.actAs("Cleo");
  await stage.press(gone, "Details");
  await form().getByText("Plan by the model").waitFor();
  await form().getByRole("button", { name: "Close" }).last().click();
  await stage.press(gone, "Approve");
  await form().getByText("This deletes, destroys or replaces what is there.").waitFor();
  await form().getByRole("textbox").first().fill("legacy");
  await form().getByRole("textbox").last().fill("Nobody reads it any more");
  await form().getByRole("button", { name: "Approve" }).click();
  await form()
    .getByText(/Type it exactly as it stands above/)
    .waitFor();
  await stage.picture("typed-target");
  await form().getByRole("button", { name: "Close" }).last().click();
  await stage.press(gone, "Reject");
  await form().getByRole("textbox").fill("Finance reads this report until Friday");
  await form().getByRole("button", { name: "Reject" }).click();
  await stage.sees(gone, /Finance reads this report until Friday/);
  assert.equal(await stage.shown(gone).getByRole("button", { name: "Approve" }).count(), 0);
}
