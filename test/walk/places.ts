import { directCards, waitFor } from "#test/support/slack.ts";
import { BOTH, type Stage } from "./stage.ts";

/** The same change as a direct message to its approver and on the app's Home, where it is decided. */
export async function walkPlaces(stage: Stage): Promise<void> {
  const { page, slack } = stage;
  const known = directCards(slack, slack.users.cleo).length;
  const card = await stage.ask("/infra restart checkout in production");
  await stage.sees(card, /Waiting for @/);
  const direct = await waitFor(() => directCards(slack, slack.users.cleo)[known], "the direct message");
  await stage.actAs("Cleo");
  await stage.goTo("Messages");
  await stage.sees(direct, /Waiting for @/);
  await stage.goTo("Greenlight Home");
  const home = page.locator("#home");
  await home
    .getByText(/Restart checkout/)
    .first()
    .waitFor();
  await stage.picture("home", undefined, BOTH);
  await home.getByRole("button", { name: "Details", exact: true }).first().click();
  await stage.form().getByText("kubectl rollout restart deployment/checkout -n production").first().waitFor();
  await stage.form().getByRole("button", { name: "Close", exact: true }).first().click();
  await home.getByRole("button", { name: "Approve", exact: true }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Approve and run" }).click();
  await stage.goTo("Messages");
  await stage
    .shown(direct)
    .getByText(/Approved|Done/)
    .first()
    .waitFor();
  await stage.goTo("infra");
  await stage.verdict(card);
}
