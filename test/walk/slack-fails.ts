import assert from "node:assert/strict";
import { cards, waitFor } from "#test/support/slack.ts";
import type { Stage } from "./stage.ts";

/** Slack loses answers, delivers twice, limits calls, and goes away; each change asked for meanwhile is one, with one card. */
export async function walkSlackFails(stage: Stage): Promise<void> {
  const { page, slack } = stage;
  const fault = async (name: string): Promise<void> => {
    await page.getByRole("button", { name, exact: true }).click();
    await page.locator("#notices .notice").last().waitFor();
  };
  await page.getByText("Make Slack fail").click();
  const before = cards(slack).length;
  for (const name of ["Lost answer", "Twice"]) await fault(name);
  await stage.picture("slack-fails");
  const first = await stage.ask("/infra show the services in staging");
  await fault("Too many calls");
  await stage.verdict(first);
  await fault("Refresh");
  await fault("Outage");
  await waitFor(() => (slack.connections() === 0 ? true : undefined), "the end of the sockets");
  await waitFor(() => (slack.connections() >= 2 ? true : undefined), "the sockets again");
  await stage.verdict(await stage.ask("/infra show the deployments in staging"));
  assert.equal(cards(slack).length, before + 2);
  await page.getByText("Make Slack fail").click();
}
