import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { actAs, launchChromium, reasonToSkip } from "#test/playground/page/browser.ts";
import { startProgram } from "#test/support/program.ts";

const SHOTS = process.env["GREENLIGHT_SHOTS"];
const PATIENCE_MS = 30_000;

describe("the playground in a browser", { skip: reasonToSkip() }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(async () => {
    await browser.close();
  });

  for (const scheme of ["light", "dark"] as const) {
    it(`takes /infra from Ana, Approve from Ben, and shows logs and verdict (${scheme})`, async (t) => {
      const program = await startProgram();
      t.after(() => program.close());
      const page = await browser.newPage({ colorScheme: scheme, viewport: { width: 1280, height: 900 } });
      page.setDefaultTimeout(PATIENCE_MS);
      const replicas = scheme === "light" ? 5 : 6;
      await page.goto(program.app.page ?? "");
      await page.locator("body[data-link=live]").waitFor();
      await shoot(page, `open-${scheme}`);
      await actAs(page, "Ana");
      const composer = page.locator("#channel textarea");
      await composer.fill(`/infra scale payment-api to ${replicas} replicas in production`);
      await composer.press("Enter");
      const approve = page.getByRole("button", { name: "Approve", exact: true }).last();
      await approve.waitFor();
      await shoot(page, `waiting-${scheme}`);
      await actAs(page, "Ben");
      await page.getByRole("button", { name: "Approve", exact: true }).last().click();
      await shoot(page, `confirm-${scheme}`);
      await page.getByRole("dialog").getByRole("button", { name: "Approve and run" }).click();
      await page.locator("#channel").getByText(`--replicas=${replicas}`).first().waitFor();
      const count = page.getByRole("button", { name: /repl(y|ies)/ }).last();
      await count.waitFor();
      await count.click();
      await page.locator("#thread").getByText("deployment.apps/payment-api scaled").first().waitFor();
      await page
        .locator("#channel")
        .getByText(/^Done|: done|is done/i)
        .last()
        .waitFor();
      await shoot(page, `verdict-${scheme}`);
      await approve.waitFor({ state: "detached" });
      assert.equal(await page.getByRole("button", { name: "Reject", exact: true }).count(), 0);
      await page.close();
    });
  }
});

async function shoot(page: Page, name: string): Promise<void> {
  if (SHOTS === undefined) return;
  await mkdir(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}
