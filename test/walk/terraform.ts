import type { Stage } from "./stage.ts";

/** A saved plan is read, approved and applied as it is. */
export async function walkTerraform(stage: Stage): Promise<void> {
  const card = await stage.ask("/infra apply the terraform root network");
  await stage.sees(card, /Waiting for @/);
  await stage.picture("terraform", stage.shown(card).locator(".message-body"));
  await stage.actAs("Ben");
  await stage.press(card, "Approve");
  await stage.form().getByRole("textbox").last().fill("The subnets are needed tomorrow");
  await stage.form().getByRole("button", { name: "Approve", exact: true }).click();
  await stage.sees(await stage.verdict(card), "How it was checked:");
}
