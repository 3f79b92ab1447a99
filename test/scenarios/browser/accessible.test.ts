import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { z } from "zod";
import { launchChromium, reasonToSkip } from "#test/playground/page/browser.ts";
import { type Program, startProgram } from "#test/support/program.ts";
import { askFor, changeIdOf, hasButton, now, standIn, waitFor } from "#test/support/slack.ts";

const SHOTS = process.env["GREENLIGHT_SHOTS"];
const PATIENCE_MS = 30_000;
const Violations = z.array(
  z.object({
    id: z.string(),
    impact: z.string().nullable(),
    nodes: z.array(z.object({ html: z.string(), failureSummary: z.string() })),
  }),
);
/** axe calls this one an experiment, and who says what they see cannot press it. */
/** Narrow, the list of channels stands alone, and nothing of it is main. Moderate, and the only one left. */
const KNOWN = /^workspace: moderate landmark-one-main/u;
const RUN = `axe.run(document, { rules: { "label-content-name-mismatch": { enabled: true } } }).then((r) => r.violations)`;

describe("the page for people who hear it or see little", { skip: reasonToSkip(), timeout: 600_000 }, () => {
  let browser: Browser;
  let program: Program;
  let thread = "";
  const addressOf = (place: Record<string, string>) => {
    const { users, channels } = standIn(program);
    return `${program.app.page}#${new URLSearchParams({ as: users.ben, channel: channels.infra, ...place })}`;
  };
  before(async () => {
    browser = await launchChromium();
    program = await startProgram();
    const slack = standIn(program);
    const done = await askFor(slack, "scale web to 3 replicas in staging");
    await program.until(await changeIdOf(slack, done), "done");
    thread = done.ts;
    for (const request of [
      "scale payment-api to 5 replicas in production",
      "delete legacy-report in production",
    ]) {
      const card = await askFor(slack, request);
      await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    }
  });
  after(async () => {
    await browser.close();
    await program.close();
  });

  for (const colorScheme of ["light", "dark"] as const)
    for (const width of [1440, 390])
      it(`has no fault in channel, thread, Home, form and dialog (${colorScheme}, ${width} wide)`, async () => {
        const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
        page.setDefaultTimeout(PATIENCE_MS);
        const faults: string[] = [];
        const look = async (name: string): Promise<void> => {
          await shoot(page, `${name}-${colorScheme}-${width}`);
          faults.push(...(await faultsOn(page)).map((fault) => `${name}: ${fault}`));
        };
        const dialog = page.getByRole("dialog");
        const closes = async (): Promise<void> => {
          await page.keyboard.press("Escape");
          await dialog.waitFor({ state: "detached" });
        };
        await page.goto(addressOf({ pane: "channel" }));
        await page.locator("body[data-link=live]").waitFor();
        await page.locator("#channel").getByRole("button", { name: "Approve" }).first().waitFor();
        await look("channel");
        await page.goto(addressOf({ pane: "sidebar" }));
        await look("workspace");
        await page.goto(addressOf({ pane: "thread", thread }));
        await page.locator("#thread article").first().waitFor();
        await look("thread");
        await page.goto(addressOf({ pane: "home" }));
        const home = page.locator("#home");
        await home.getByText("Waiting for you").waitFor();
        await look("home");
        await home.getByRole("button", { name: "Ask for a change" }).click();
        await dialog.getByRole("textbox").waitFor();
        await look("form");
        await closes();
        await home.getByRole("button", { name: "Approve" }).last().click();
        await dialog.waitFor();
        await look("dialog");
        await closes();
        await page.close();
        assert.deepEqual(
          faults.filter((fault) => !KNOWN.test(fault)),
          [],
        );
      });
});

/** What axe finds, with the element; `moderate` and `minor` too. */
async function faultsOn(page: Page): Promise<string[]> {
  const source = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
  await page.evaluate(source);
  return Violations.parse(await page.evaluate(RUN)).flatMap(({ id, impact, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${impact} ${id}: ${html.slice(0, 200)} (${failureSummary})`),
  );
}

/** Keeps a picture where GREENLIGHT_SHOTS says, for people to look at. */
async function shoot(page: Page, name: string): Promise<void> {
  if (SHOTS === undefined) return;
  await mkdir(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}
