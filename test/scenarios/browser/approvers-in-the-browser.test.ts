import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { actAs, launchChromium, reasonToSkip } from "#test/playground/page/browser.ts";
import { type Program, startProgram } from "#test/support/program.ts";

const SHOTS = process.env["GREENLIGHT_SHOTS"];
const PATIENCE_MS = 30_000;
const POLICY = `
version: 1
environments: { production: { namespaces: [production] }, staging: { namespaces: [staging] } }
approvals:
  - { environments: [production], groups: [S0SRE00001], quorum: 2, open_minutes: 30 }
freezes:
  - { from: "2020-01-01T00:00:00Z", until: "2099-01-01T00:00:00Z", environments: [staging], reason: The big sale }
break_glass: [U0CLEO0001]
`;

describe("approvers in a browser", { skip: reasonToSkip() }, () => {
  let browser: Browser;
  let program: Program;
  before(async () => {
    [browser, program] = await Promise.all([launchChromium(), startProgram({}, { policy: POLICY })]);
  });
  after(async () => {
    await browser.close();
    await program.close();
  });

  it("shows one of two approvals, and the form that breaks the glass", async () => {
    const page = await open(browser, program);
    // Whoever looks at the channel has their Home beside it, hidden, and it names the same changes.
    const channel = page.locator("#channel");
    await ask(page, "/infra delete the deployment legacy-report in production");
    await actAs(page, "Ben");
    await page.getByRole("button", { name: "Approve", exact: true }).last().click();
    await page.getByRole("dialog").getByRole("textbox").first().fill("legacy-report");
    await page.getByRole("dialog").getByRole("textbox").last().fill("Nobody reads it any more");
    await page.getByRole("dialog").getByRole("button", { name: "Approve", exact: true }).click();
    await channel.getByText(/1 of 2 approvals given by @Ben Okafor/).waitFor();
    await channel.getByText(/Waiting for @sre/).waitFor();
    await shoot(page, "one-of-two");
    await ask(page, "/infra restart checkout in staging");
    await channel.getByText(/Frozen until .*: The big sale/).waitFor();
    await actAs(page, "Cleo");
    assert.equal(
      await page.getByRole("button", { name: "Approve", exact: true }).count(),
      1,
      "the other one's",
    );
    await channel.locator('[data-action="greenlight:more"]').last().click();
    await page.getByRole("menuitem", { name: "Break glass…" }).click();
    const form = page.getByRole("dialog");
    await form.getByText("You approve this plan alone.").waitFor();
    await form.getByRole("textbox").fill("Checkout is down and loses orders every minute");
    await shoot(page, "break-glass-form");
    await form.getByRole("button", { name: "Approve and run" }).click();
    await channel.getByText("Break glass, approved by one person alone:").first().waitFor();
    await channel.getByText(/Done/).last().waitFor();
    await shoot(page, "glass-broken");
    // Only the change that still waits has its buttons.
    const left = channel.getByRole("button", { name: "Reject", exact: true });
    await left.nth(1).waitFor({ state: "detached" });
    assert.equal(await left.count(), 1);
    await page.close();
  });
});

async function open(browser: Browser, program: Program): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(program.app.page ?? "");
  await page.locator("body[data-link=live]").waitFor();
  return page;
}

async function ask(page: Page, text: string): Promise<void> {
  await actAs(page, "Ana");
  const composer = page.locator("#channel textarea");
  await composer.fill(text);
  await composer.press("Enter");
  const card = page.locator("#channel").getByText(text.replace("/infra ", "")).first();
  await card.waitFor();
  await page.getByRole("button", { name: "Reject", exact: true }).last().waitFor();
}

async function shoot(page: Page, name: string): Promise<void> {
  if (SHOTS === undefined) return;
  await mkdir(SHOTS, { recursive: true });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(SHOTS, `${name}-${colorScheme}.png`) });
  }
}
