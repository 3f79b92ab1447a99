import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { launchChromium } from "#test/playground/page/browser.ts";
import { inState } from "#test/support/cards.ts";
import { planOf, startProgram } from "#test/support/program.ts";
import { askFor, hasButton, now, press, replies, standIn, textOf, waitFor } from "#test/support/slack.ts";

/*
 * Pictures of the card and the verdict in every state worth looking at: `node test/scenarios/browser/faces.ts DIRECTORY`. Each in
 * light and dark, wide and narrow. Nothing is asserted: somebody has to look.
 */
const folder = process.argv[2] ?? "faces";
const program = await startProgram({ GREENLIGHT_MODEL_PRICES: "3:15" });
const slack = standIn(program);
const browser = await launchChromium();
await mkdir(folder, { recursive: true });
const views = await Promise.all(
  (["light", "dark"] as const).flatMap((colorScheme) =>
    [1280, 420].map(async (width) => {
      const page = await browser.newPage({ colorScheme, viewport: { width, height: 1_300 } });
      await page.goto(program.app.page ?? "");
      await page.locator("body[data-link=live]").waitFor();
      return { page, name: `${colorScheme}-${width}` };
    }),
  ),
);

const waiting = await askFor(slack, "scale payment-api to 5 replicas in production");
await waitFor(() => hasButton(now(slack, waiting), "greenlight:approve"), "the buttons");
await shoot("waiting");
await press(slack, slack.users.ben, waiting, "greenlight:approve");
await waitFor(() => replies(slack, waiting).find((one) => one.broadcast), "the verdict");
await shoot("done");

program.model.script([
  {
    agent: "planner",
    json: planOf([
      ["scale deployment/web --replicas=4 -n staging", "scale deployment/web --replicas=2 -n staging"],
      ["rollout status deployment/not-there --timeout=5s -n staging", null],
      ["rollout restart deployment/checkout -n staging", null],
    ]),
  },
  {
    agent: "reviewer",
    json: { result: "needs_human", notes: "Step 2 failed: there is no such deployment." },
  },
]);
const failed = await askFor(slack, "scale web in staging and restart checkout");
await waitFor(() => hasButton(now(slack, failed), "greenlight:roll_back"), "the operator's buttons");
await shoot("needs-person");
await press(slack, slack.users.ben, failed, "greenlight:roll_back");
await waitFor(
  () => replies(slack, failed).find((one) => one.broadcast && inState("rolled_back").test(textOf(one))),
  "it",
);
await shoot("rolled-back");

const rejected = await askFor(slack, "delete the deployment legacy-report in production");
await waitFor(() => hasButton(now(slack, rejected), "greenlight:approve"), "the buttons");
await shoot("destructive");

slack.faults.refuseBlocks("container", "data_table", "plan", "context_actions");
const classic = await askFor(slack, "restart checkout in production");
await waitFor(() => hasButton(now(slack, classic), "greenlight:approve"), "the buttons");
await shoot("classic");
await browser.close();
await program.close();

async function shoot(name: string): Promise<void> {
  for (const view of views) await shootOne(view.page, `${name}-${view.name}`);
}

async function shootOne(page: Page, name: string): Promise<void> {
  // The page follows by itself; a moment for what came last to be drawn.
  await page.waitForTimeout(1_200);
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
