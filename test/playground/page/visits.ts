import type { Browser, Locator, Page } from "playwright-core";
import { launchChromium } from "./browser.ts";
import { type Message, startStand } from "./stand.ts";

const WAIT_MS = 30_000;

/** The ts of the card that `card()` makes. */
export const CARD = "1700000100.000001";

/** A browser for one file of tests, with one page at a time against a stand of its own. */
export async function startVisits() {
  const browser: Browser = await launchChromium();
  const leaving: (() => Promise<unknown>)[] = [];

  async function leave() {
    for (const close of leaving.splice(0)) await close();
  }

  return {
    /** Opens the page on these messages and waits until it is live. `faults` are its exceptions and dialogs. */
    async open(messages: Message[], options: { width?: number; hash?: string } = {}) {
      const stand = await startStand(messages);
      const page: Page = await browser.newPage({ viewport: { width: options.width ?? 1280, height: 800 } });
      leaving.push(() => page.close(), stand.close);
      const faults: string[] = [];
      page.setDefaultTimeout(WAIT_MS);
      page.on("pageerror", (fault) => faults.push(fault.message));
      page.on("dialog", (dialog) => faults.push(`a dialog opened: ${dialog.message()}`));
      await page.goto(stand.address + (options.hash ?? ""));
      await page.locator("body[data-link=live]").waitFor();
      return { ...stand, page, faults };
    },
    leave,
    async stop() {
      await leave();
      await browser.close();
    },
  };
}

/** All text in there. */
export async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent()) ?? "";
}

let counter = 0;

/** A message of the bot in the first channel, each one later than the one before. */
export function message(given: Record<string, unknown>): Message {
  counter += 1;
  const ts = `17000002${String(counter).padStart(2, "0").slice(-2)}.${String(counter).padStart(6, "0")}`;
  const empty = { threadTs: null, broadcast: false, text: "", blocks: null, edited: false, ephemeral: false };
  return { channel: "C1", ts, user: "UBOT", ...empty, ...given };
}

/** A plain_text object. */
export const plain = (text: string) => ({ type: "plain_text", text });
/** What the button of `card()` asks. */
export const confirm = {
  title: plain("Run this?"),
  text: plain("One step."),
  confirm: plain("Run"),
  deny: plain("Not yet"),
};
/** The button of `card()`. */
export const button = {
  type: "button",
  action_id: "approve",
  value: "change-1",
  text: plain("Approve"),
  confirm,
};
/** The blocks of `card()`. */
export const cardBlocks = [section("s", "*Scale*"), { type: "actions", block_id: "b", elements: [button] }];

/** A card with an Approve button that asks first. */
export function card(ts = CARD): Message {
  return message({ ts, blocks: cardBlocks });
}

/** A section of mrkdwn. */
export function section(id: string, text: string) {
  return { type: "section", block_id: id, text: { type: "mrkdwn", text } };
}

/** An input block labelled with its own id. */
export function input(id: string, element: object) {
  return { type: "input", block_id: id, label: { type: "plain_text", text: id }, element };
}

/** Two radio buttons with the values 1 and 2. */
export const radios = {
  type: "radio_buttons",
  action_id: "r",
  options: ["First", "Second"].map((text, index) => ({
    text: { type: "plain_text", text },
    value: String(index + 1),
  })),
};

/** Text as a careful program sends it. */
export function escapeSlack(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
