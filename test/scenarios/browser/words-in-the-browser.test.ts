import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { actAs, launchChromium, reasonToSkip } from "#test/playground/page/browser.ts";
import { type Program, startProgram } from "#test/support/program.ts";
import { askFor, changeIdOf, hasButton, now, standIn, waitFor } from "#test/support/slack.ts";

const SHOTS = process.env["GREENLIGHT_SHOTS"];
const PATIENCE_MS = 30_000;

describe("the words after /infra in a browser", { skip: reasonToSkip() }, () => {
  let browser: Browser;
  let program: Program;
  let id = "";
  before(async () => {
    browser = await launchChromium();
    program = await startProgram();
    const slack = standIn(program);
    const done = await askFor(slack, "scale web to 3 replicas in staging");
    await program.until(await changeIdOf(slack, done), "done");
    const card = await askFor(slack, "scale payment-api to 5 replicas in production");
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    id = (await changeIdOf(slack, card)).slice(0, 8);
  });
  after(async () => {
    await browser.close();
    await program.close();
  });

  for (const scheme of ["light", "dark"] as const) {
    it(`shows help, a list, where a change stands and what the policy says (${scheme})`, async () => {
      const page = await browser.newPage({ colorScheme: scheme, viewport: { width: 1280, height: 1000 } });
      page.setDefaultTimeout(PATIENCE_MS);
      await page.goto(program.app.page ?? "");
      await page.locator("body[data-link=live]").waitFor();
      await actAs(page, "Ben");
      const check = "kubectl scale deployment/payment-api --replicas=9 -n production";
      for (const [name, typed, seen] of [
        ["help", "help", /Try, without running anything/],
        ["list", "list", /This shows this channel's changes and yours/],
        ["status", `status ${id}`, /Its card/],
        ["history", "history deployments/web", /Touched deployments\/web/],
        ["check", `check ${check}`, /a person is asked/],
        ["refused", "check kubectl exec -it web -- sh", /The policy refuses this/],
      ] as const) {
        const before = await page.getByText(seen).filter({ visible: true }).count();
        const composer = page.locator("#channel textarea");
        await composer.fill(`/infra ${typed}`);
        await composer.press("Enter");
        await page.getByText(seen).filter({ visible: true }).nth(before).waitFor();
        await shoot(page, `${name}-${scheme}`);
      }
      await page.close();
    });
  }
});

/** Keeps a picture where GREENLIGHT_SHOTS says, for people to look at. */
async function shoot(page: Page, name: string): Promise<void> {
  if (SHOTS === undefined) return;
  await mkdir(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `words-${name}.png`) });
}
