import assert from "node:assert/strict";
import { cards } from "#test/support/slack.ts";
import type { Stage } from "./stage.ts";

/** By the command, by mention, by direct message, as a plan only; and what the Planner asks when something is missing. */
export async function walkAsking(stage: Stage): Promise<void> {
  const { slack, page, form } = stage;
  const plan = await stage.ask("/infra plan restart checkout in production");
  await stage.sees(plan, /Asked for as a plan only/);
  await stage.sees(plan, "Planned only, nothing was run");
  assert.equal(await stage.shown(plan).getByRole("button", { name: "Approve" }).count(), 0);
  const mentioned = await stage.ask("@Greenlight show the pods in staging");
  await stage.verdict(mentioned);
  const known = cards(slack).length;
  await stage.goTo("Messages");
  await stage.type("restart web in staging");
  await page.locator("#channel").getByRole("textbox").first().waitFor();
  await stage.goTo("infra");
  assert.equal(cards(slack).length, known);

  const asked = await stage.ask("/infra scale payment-api");
  await stage.sees(asked, "How many replicas should payment-api have?");
  await stage.picture("questions", stage.shown(asked));
  await stage.press(asked, "Answer");
  await form().getByRole("radio", { name: "staging" }).check({ force: true });
  await form().getByRole("textbox").first().fill("4");
  await stage.picture("answers");
  await form().getByRole("button", { name: "Answer" }).click();
  await stage.sees(asked, "Asked and answered:");
  await stage.verdict(asked);
}
