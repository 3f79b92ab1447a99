import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import { launchChromium, reasonToSkip } from "#test/playground/page/browser.ts";
import { type Program, startProgram } from "#test/support/program.ts";
import { cards, changeIdOf, standIn, waitFor } from "#test/support/slack.ts";

const SHOTS = process.env["GREENLIGHT_SHOTS"];
const PATIENCE_MS = 30_000;

describe("asking in a browser", { skip: reasonToSkip(), timeout: 900_000 }, () => {
  let browser: Browser;
  let program: Program;
  let slack: SlackStandIn;
  before(async () => {
    browser = await launchChromium();
    program = await startProgram();
    slack = standIn(program);
    await waitFor(() => (slack.connections() >= 2 ? true : undefined), "the sockets");
  });
  after(async () => {
    await browser.close();
    await program.close();
  });

  for (const [index, scheme] of (["light", "dark"] as const).entries())
    for (const [width, size] of [
      [1280, "wide"],
      [390, "narrow"],
    ] as const) {
      // No words twice: within seconds they would be one request.
      const request = (lines: number) =>
        `get the last ${lines + index * 2 + (size === "wide" ? 0 : 1)} lines of the logs of web in staging`;
      it(`offers a mention, a direct message, the shortcut with its form and the one on a message (${scheme}, ${size})`, async () => {
        const page = await browser.newPage({ colorScheme: scheme, viewport: { width, height: 900 } });
        page.setDefaultTimeout(PATIENCE_MS);
        await page.goto(program.app.page ?? "");
        await page.locator("body[data-link=live]").waitFor();
        const shoot = (name: string) => keep(page, `${name}-${scheme}-${size}`);
        const composer = page.locator("#channel textarea");
        const known = cards(slack).length;

        await composer.fill(`@greenlight ${request(10)}`);
        await composer.press("Enter");
        await waitFor(() => cards(slack)[known], "the card");

        await page.locator("#channel").getByRole("button", { name: "Shortcuts" }).click();
        await page.getByRole("menuitem", { name: "Ask for a change" }).waitFor();
        await shoot("menu");
        await page.getByRole("menuitem", { name: "Ask for a change" }).click();
        const form = page.locator("dialog.dialog-modal");
        await form.getByRole("textbox").fill("restart");
        await form.getByRole("button", { name: "Ask", exact: true }).click();
        await form.getByText("One word is too little").waitFor();
        await shoot("form");
        await form.getByRole("textbox").fill(request(20));
        await form.getByRole("button", { name: "Ask", exact: true }).click();
        await form.waitFor({ state: "detached" });
        await waitFor(() => cards(slack)[known + 1], "the card of the form");

        const words = request(30);
        await composer.fill(words);
        await composer.press("Enter");
        const message = page.locator("#channel article").filter({ hasText: words }).first();
        await message.hover();
        await message.getByRole("button", { name: "More actions" }).click();
        await shoot("message-menu");
        await page.getByRole("menuitem", { name: "Plan a change from this" }).click();
        await form.waitFor();
        assert.equal(await form.getByRole("textbox").inputValue(), words);
        await shoot("message-form");
        await form.getByRole("button", { name: "Ask", exact: true }).click();
        await form.waitFor({ state: "detached" });
        await waitFor(() => cards(slack)[known + 2], "the card of the message");

        if (size === "narrow") await page.getByRole("button", { name: "Back to the workspace" }).click();
        // With what came there meanwhile, its name says "new" as well.
        await page.locator("#sidebar").getByRole("button", { name: "Messages" }).click();
        await composer.fill(request(40));
        await composer.press("Enter");
        const where = page.getByRole("combobox", { name: "Choose a channel" }).last();
        await where.waitFor();
        await shoot("direct");
        assert.deepEqual(await where.locator("option:not([disabled])").allTextContents(), [
          "#infra",
          "#general",
          "#ops-private",
        ]);
        await where.selectOption(slack.channels.infra);
        await waitFor(() => cards(slack)[known + 3], "the card of the direct message");
        await page.close();
      });
    }

  it("has buttons that make Slack fail, and a change asked for meanwhile is one change", async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(program.app.page ?? "");
    await page.locator("body[data-link=live]").waitFor();
    await page.getByText("Make Slack fail").click();
    const known = cards(slack).length;
    for (const name of ["Lost answer", "Twice"]) {
      await page.getByRole("button", { name, exact: true }).click();
      await page.locator("#notices .notice").last().waitFor();
    }
    await keep(page, "faults");
    const composer = page.locator("#channel textarea");
    await composer.fill("@greenlight show the services in staging");
    await composer.press("Enter");
    const card = await waitFor(() => cards(slack)[known], "the card");
    await page.getByRole("button", { name: "Too many calls", exact: true }).click();
    await program.until(await changeIdOf(slack, card), "done");
    await page.getByRole("button", { name: "Refresh", exact: true }).click();
    await page.getByText("connections to be made anew").last().waitFor();
    await page.getByRole("button", { name: "Outage", exact: true }).click();
    await page.getByText("Slack is away for 10 s").last().waitFor();
    await waitFor(() => (slack.connections() === 0 ? true : undefined), "the end of the sockets");
    await waitFor(() => (slack.connections() >= 2 ? true : undefined), "the sockets again");
    await composer.fill("@greenlight show the deployments in staging");
    await composer.press("Enter");
    await waitFor(() => cards(slack)[known + 1], "the card after the outage");
    assert.equal(cards(slack).length, known + 2);
    await page.close();
  });
});

/** Keeps a picture where GREENLIGHT_SHOTS says, for people to look at. */
async function keep(page: Page, name: string): Promise<void> {
  if (SHOTS === undefined) return;
  await mkdir(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `asking-${name}.png`) });
}
