import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import type { Message } from "#playground/slack/workspace.ts";
import { actAs, launchChromium } from "#test/playground/page/browser.ts";
import { answerIn } from "#test/support/cards.ts";
import { startProgram } from "#test/support/program.ts";
import { cards, changeIdOf, standIn, waitFor } from "#test/support/slack.ts";

const PATIENCE_MS = 90_000;
const SIZE = { width: 1_040, height: 720 };

/** Who walks. */
export type Walker = "Ana" | "Ben" | "Cleo" | "Gus";

/** The program on the playground, and one person at its page who does what people do: choose, type, press, read. */
export type Stage = {
  page: Page;
  slack: SlackStandIn;
  actAs(who: Walker): Promise<void>;
  /** Goes to a channel by its name, or to the direct messages with the app ("Messages"). */
  goTo(name: string): Promise<void>;
  /** Types a line into the composer of where one is, and sends it. */
  type(text: string): Promise<void>;
  /** Types it in #infra as Ana, and returns the card that comes. */
  ask(text: string): Promise<Message>;
  /** The message as it stands in the page now. */
  shown(message: Message): Locator;
  /** The message that the page shows last. */
  last(): Locator;
  /** Waits until the message shows this. */
  sees(message: Message, what: RegExp | string): Promise<void>;
  /** Presses a button of the message; `confirm` is the button of the dialog that asks once more. */
  press(message: Message, name: string, confirm?: string): Promise<void>;
  form(): Locator;
  /** The verdict under this card, or the card itself once it is an answer. */
  verdict(card: Message): Promise<Message>;
  /** Lets the time of the open question run out. */
  endTime(card: Message): Promise<void>;
  /** Keeps a picture of the page or of one part of it under its name; `schemes` are light and dark, or light alone. */
  picture(name: string, of?: Locator, schemes?: readonly Scheme[]): Promise<void>;
  close(): Promise<void>;
};

type Scheme = "light" | "dark";

/** Light and dark, for what the README shows. */
export const BOTH: readonly Scheme[] = ["light", "dark"];

/** Starts the program with an embedded database, and a browser at its page. Pictures go to `folder`; null keeps none. */
export async function openStage(folder: string | null): Promise<Stage> {
  const [program, browser] = await Promise.all([startProgram(), launchChromium()]);
  const slack = standIn(program);
  const page = await browser.newPage({ viewport: SIZE, colorScheme: "light" });
  const faults: string[] = [];
  page.on("pageerror", (fault) => faults.push(fault.message));
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(program.app.page ?? "");
  await page.locator("body[data-link=live]").waitFor();
  const shown = ({ ts }: Message) => page.locator(`#channel article[data-ts="${ts}"]`);
  const form = () => page.getByRole("dialog");
  const stage: Stage = {
    page,
    slack,
    form,
    shown,
    last: () => page.locator("#channel article").last(),
    actAs: (who) => actAs(page, who),
    goTo: (name) => page.locator("#sidebar").getByRole("button", { name }).first().click(),
    type: async (text) => {
      await page.locator("#channel textarea").fill(text);
      await page.locator("#channel textarea").press("Enter");
    },
    ask: async (text) => {
      const known = new Set(cards(slack).map(({ ts }) => ts));
      await stage.actAs("Ana");
      await stage.type(text);
      return waitFor(() => cards(slack).find(({ ts }) => !known.has(ts)), `the card of ${text}`);
    },
    sees: (message, what) => shown(message).getByText(what).first().waitFor(),
    press: async (message, name, confirm) => {
      await shown(message).getByRole("button", { name, exact: true }).click();
      if (confirm !== undefined) await form().getByRole("button", { name: confirm, exact: true }).click();
    },
    verdict: (card) =>
      waitFor(
        () =>
          slack
            .thread(card.channel, card.ts)
            .slice(1)
            .findLast(({ broadcast }) => broadcast) ?? answerIn(slack, card),
        "the verdict",
        PATIENCE_MS,
      ),
    endTime: async (card) => {
      const end =
        "update decisions set asked_at = clock_timestamp() - (expires_at - asked_at), expires_at = clock_timestamp() where change_id = $1 and answer is null";
      await program.app.database.query(end, [await changeIdOf(slack, card)]);
    },
    picture: (name, of, schemes = ["light"]) => keep(page, folder, { name, of, schemes }),
    close: async () => {
      await browser.close();
      await program.close();
      assert.deepEqual(faults, [], "the page threw");
    },
  };
  return stage;
}

async function keep(
  page: Page,
  folder: string | null,
  { name, of, schemes }: { name: string; of: Locator | undefined; schemes: readonly Scheme[] },
): Promise<void> {
  if (folder === null) return;
  await mkdir(folder, { recursive: true });
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    await page.mouse.move(0, 0);
    // A message may be higher than what the page shows of its channel.
    if (of !== undefined) await page.setViewportSize({ ...SIZE, height: 2_400 });
    const path = join(folder, `${name}-${colorScheme}.png`);
    await (of ?? page).screenshot({ path, animations: "disabled" });
    await page.setViewportSize(SIZE);
  }
  await page.emulateMedia({ colorScheme: "light" });
}
