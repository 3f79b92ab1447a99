import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { actAs, launchChromium, reasonToSkip } from "#test/playground/page/browser.ts";
import { type Program, startProgram } from "#test/support/program.ts";

const SHOTS = process.env["GREENLIGHT_SHOTS"];
const PATIENCE_MS = 60_000;

describe("questions and forms in a browser", { skip: reasonToSkip() }, () => {
  let browser: Browser;
  let program: Program;
  let page: Page;
  before(async () => {
    [browser, program] = await Promise.all([launchChromium(), startProgram()]);
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(program.app.page ?? "");
    await page.locator("body[data-link=live]").waitFor();
  });
  after(async () => {
    await browser.close();
    await program.close();
  });

  const last = (name: string) => page.getByRole("button", { name, exact: true }).last();
  const form = () => page.getByRole("dialog");

  it("asks, takes the answers in a form, and plans after them", async () => {
    await ask(page, "/infra scale payment-api");
    await last("Answer").waitFor();
    await shoot(page, "questions");
    await last("Answer").click();
    await form().getByText("How many replicas should payment-api have?").waitFor();
    await form().getByRole("radio", { name: "production" }).check({ force: true });
    await form().getByRole("textbox").first().fill("4");
    await shoot(page, "answer-form");
    await form().getByRole("button", { name: "Answer" }).click();
    await last("Approve").waitFor();
    await page.getByText("Asked and answered:").first().waitFor();
    await shoot(page, "answered");
  });

  it("takes a wish, and shows the revision it makes", async () => {
    await actAs(page, "Ben");
    await last("Request changes").click();
    await form().getByRole("textbox").fill("use 2 instead");
    await shoot(page, "request-changes-form");
    await form().getByRole("button", { name: "Plan again" }).click();
    await page
      .getByText(/^Revision 2$/)
      .first()
      .waitFor();
    // The buttons of the first revision went with its words: these are of the second, whose plan Details shows.
    await last("Approve").waitFor();
    await shoot(page, "revision-2");
  });

  it("shows the whole plan in Details, and takes a reason for Reject", async () => {
    await last("Details").click();
    await form().getByText("Plan by the model").waitFor();
    await shoot(page, "details");
    await form().getByRole("button", { name: "Close" }).last().click();
    await last("Reject").click();
    await form().getByRole("textbox").fill("Not before the weekend");
    await shoot(page, "reject-form");
    await form().getByRole("button", { name: "Reject" }).click();
    await page.getByText("Not before the weekend").first().waitFor();
    await last("Approve").waitFor({ state: "detached" });
  });

  it("asks with choices as buttons, and for a name before something is destroyed", async () => {
    await ask(page, "/infra delete the deployment legacy-report");
    await last("Another answer").waitFor();
    await shoot(page, "one-question");
    await last("production").click();
    await last("Approve").waitFor();
    await actAs(page, "Ben");
    await last("Approve").click();
    await form().getByText("This deletes, destroys or replaces what is there.").waitFor();
    await form().getByRole("textbox").first().fill("legacy");
    await form().getByRole("textbox").last().fill("Nobody reads it any more");
    await form().getByRole("button", { name: "Approve" }).click();
    await form()
      .getByText(/Type it exactly as it stands above/)
      .waitFor();
    await shoot(page, "typed-target-form");
    await form().getByRole("textbox").first().fill("legacy-report");
    await form().getByRole("button", { name: "Approve" }).click();
    await page
      .getByText(/Approved by/)
      .first()
      .waitFor();
    // The card may be there before the form is taken away.
    await form().waitFor({ state: "detached" });
  });
});

async function ask(page: Page, text: string): Promise<void> {
  await actAs(page, "Ana");
  const composer = page.locator("#channel textarea");
  await composer.fill(text);
  await composer.press("Enter");
  await page.getByText(text.replace("/infra ", "")).first().waitFor();
}

async function shoot(page: Page, name: string): Promise<void> {
  if (SHOTS === undefined) return;
  await mkdir(SHOTS, { recursive: true });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(SHOTS, `${name}-${colorScheme}.png`) });
  }
}
