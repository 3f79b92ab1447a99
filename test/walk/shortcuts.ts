import { cards, waitFor } from "#test/support/slack.ts";
import type { Stage } from "./stage.ts";

/** The form behind the lightning, and the one that plans a change from what somebody has said. */
export async function walkShortcuts(stage: Stage): Promise<void> {
  const { slack, page, form } = stage;
  await stage.actAs("Ana");
  const next = async (press: () => Promise<void>) => {
    const known = cards(slack).length;
    await press();
    const card = await waitFor(() => cards(slack)[known], "the card");
    return stage.verdict(card);
  };
  const ask = () => form().getByRole("button", { name: "Ask", exact: true }).click();

  await page.locator("#channel").getByRole("button", { name: "Shortcuts" }).click();
  await page.getByRole("menuitem", { name: "Ask for a change" }).click();
  await form().getByRole("textbox").fill("show the services in staging");
  await stage.picture("shortcut");
  await next(ask);

  await stage.type("show the deployments in staging");
  await stage.last().hover();
  await stage.last().getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Plan a change from this" }).click();
  await form().getByRole("textbox").waitFor();
  await next(ask);
}
