import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import type { Message } from "#playground/slack/workspace.ts";
import { launchChromium, reasonToSkip } from "#test/playground/page/browser.ts";
import { waitingCard } from "#test/support/cards.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";
import { standIn } from "#test/support/slack.ts";

const PHONE = { width: 390, height: 844 };
/** What of a phone is left under the page's own head and above its composer. */
const MOST_PX = 600;
/** With a step that waits for the rollout, as the playground plans it: three lines of command more. */
const MOST_PX_OF_TWO = 640;

describe("a waiting card on a phone", { skip: reasonToSkip() }, () => {
  let browser: Browser;
  let program: Program;
  before(async () => {
    [browser, program] = await Promise.all([launchChromium(), startProgram()]);
  });
  after(async () => {
    await browser.close();
    await program.close();
  });

  it("of one step and two approvers is one screen, buttons included", async () => {
    const request = "scale payment-api to 5 replicas in production";
    const step = "scale deployment/payment-api --replicas=5 -n production";
    program.model.script({ agent: "planner", json: planOf([[step, null]]) });
    const one = await waitingCard(standIn(program), request);
    const two = await waitingCard(standIn(program), request.replace("5", "6"));
    const page = await browser.newPage({ viewport: PHONE });
    await page.goto(program.app.page ?? "");
    await page.locator("body[data-link=live]").waitFor();
    const heightOf = async ({ ts }: Message) => {
      const card = page.locator(`#channel article[data-ts="${ts}"]`);
      await card.getByRole("button", { name: "Approve", exact: true }).waitFor();
      return (await card.boundingBox())?.height ?? Number.POSITIVE_INFINITY;
    };
    const [height, heightOfTwo] = [await heightOf(one), await heightOf(two)];
    assert.ok(height <= MOST_PX, `${height} px`);
    assert.ok(heightOfTwo <= MOST_PX_OF_TWO, `${heightOfTwo} px with two steps`);
    await page.close();
  });
});
