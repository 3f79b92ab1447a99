import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import type { Browser, Locator, Page } from "playwright-core";
import { launchChromium, reasonToSkip } from "./page-browser.ts";
import { type Message, type Stand, startStand } from "./page-stand.ts";

const WAIT_MS = 5_000;
const CARD = "1700000100.000001";

describe("the playground's page", { skip: reasonToSkip() }, () => {
  let browser: Browser;
  let stand: Stand | undefined;
  let page: Page;
  const faults: string[] = [];

  before(async () => {
    browser = await launchChromium();
  });
  after(async () => await browser.close());
  afterEach(async () => {
    await page.close();
    await stand?.close();
  });

  async function open(messages: Message[], options: { width?: number; hash?: string } = {}): Promise<Stand> {
    stand = await startStand(messages);
    faults.length = 0;
    page = await browser.newPage({ viewport: { width: options.width ?? 1280, height: 800 } });
    page.setDefaultTimeout(WAIT_MS);
    page.on("pageerror", (fault) => faults.push(fault.message));
    page.on("dialog", (dialog) => faults.push(`a dialog opened: ${dialog.message()}`));
    await page.goto(stand.address + (options.hash ?? ""));
    await page.getByRole("log").first().waitFor();
    await page.locator("body[data-link=live]").waitFor();
    return stand;
  }

  test("hostile text stays text: no element, no active mention, no odd link", async () => {
    const raw =
      "<img src=x onerror=alert(1)> <script>alert(2)</script> <javascript:alert(3)|click> </div><iframe>";
    const escaped = escapeSlack(`<!here> <@UBEN> <https://evil.example|x> ${raw}`);
    const literal = { type: "text", text: `<!here> <@UBEN> ${raw}` };
    await open([
      message({ text: escaped }),
      message({ text: raw }),
      message({
        blocks: [
          { type: "header", block_id: "1", text: { type: "plain_text", text: `<!here> ${raw}` } },
          { type: "section", block_id: "2", text: { type: "mrkdwn", text: `\`\`\`${escaped}\`\`\`` } },
          {
            type: "rich_text",
            block_id: "3",
            elements: [{ type: "rich_text_preformatted", elements: [literal] }],
          },
          {
            type: "rich_text",
            block_id: "4",
            elements: [{ type: "rich_text_section", elements: [literal] }],
          },
          { type: "table", block_id: "5", rows: [[{ type: "raw_text", text: `<!here> ${raw}` }]] },
          { type: "markdown", block_id: "6", text: `${escaped} [x](javascript:alert(4))` },
          { type: "<img src=x onerror=alert(5)>", block_id: "7" },
          { type: "actions", block_id: "8" },
        ],
      }),
    ]);
    const log = page.getByRole("log").first();
    assert.equal(await page.locator("img, iframe, script:not([src='page.js'])").count(), 0);
    assert.equal(await log.locator(".mention, .mention-all").count(), 0);
    // Slack makes a link of a bare address; a label of its own it must not get.
    assert.deepEqual(await log.getByRole("link").allTextContents(), ["https://evil.example"]);
    assert.match(
      await textOf(log),
      /<!here> <@UBEN> <https:\/\/evil\.example\|x> <img src=x onerror=alert\(1\)>/,
    );
    assert.match(await textOf(log), /unsupported block: <img.*this actions block cannot be drawn/);
    assert.deepEqual(faults, []);
  });

  test("an unescaped mention shows as the alarm it would be", async () => {
    await open([message({ text: "look <!here>, <@UBEN> and <https://example.com|this>" })]);
    const log = page.getByRole("log").first();
    assert.equal(await log.locator(".mention-all").textContent(), "@here");
    assert.equal(await log.locator(".mention").filter({ hasText: "@Ben" }).count(), 1);
    const link = log.getByRole("link", { name: "this" });
    assert.equal(await link.getAttribute("href"), "https://example.com");
    assert.match((await link.getAttribute("rel")) ?? "", /noopener/);
  });

  test("a button with a confirmation posts the click only once it is confirmed", async () => {
    const { posts } = await open([card()], { hash: "#as=UBEN" });
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByRole("dialog", { name: "Run this?" }).getByRole("button", { name: "Not yet" }).click();
    assert.deepEqual(posts, []);
    await page.getByRole("button", { name: "Approve" }).click();
    const answered = page.waitForResponse(/click$/);
    await page.getByRole("dialog", { name: "Run this?" }).getByRole("button", { name: "Run" }).click();
    await answered;
    const body = {
      as: "UBEN",
      channel: "C1",
      ts: CARD,
      block_id: "b",
      action_id: "approve",
      value: "change-1",
    };
    assert.deepEqual(posts, [{ path: "click", body }]);
  });

  test("everything can be done by keyboard: command hints, a new line, sending, thread, leaving it", async () => {
    const { posts } = await open([card(), message({ threadTs: CARD, text: "the log" })]);
    const composer = page.getByRole("combobox", { name: "Message #changes" });
    await composer.focus();
    await page.keyboard.type("/in");
    await page.getByRole("option").nth(1).waitFor();
    await page.keyboard.press("ArrowDown");
    assert.equal(
      await page.getByRole("option", { selected: true }).locator("strong").textContent(),
      "/inform",
    );
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    assert.equal(await composer.inputValue(), "/infra ");
    await page.keyboard.type("one");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("two");
    const answered = page.waitForResponse(/say$/);
    await page.keyboard.press("Enter");
    await answered;
    assert.deepEqual(posts, [{ path: "say", body: { as: "UANA", channel: "C1", text: "/infra one\ntwo" } }]);
    await page.getByRole("button", { name: /1 reply/ }).press("Enter");
    const thread = page.getByRole("complementary", { name: "Thread" });
    assert.match(await textOf(thread), /the log/);
    await page.keyboard.type("thanks");
    const replied = page.waitForResponse(/say$/);
    await page.keyboard.press("Enter");
    await replied;
    assert.deepEqual(posts[1]?.body, { as: "UANA", channel: "C1", text: "thanks", thread_ts: CARD });
    await page.keyboard.press("Escape");
    await thread.waitFor({ state: "hidden" });
  });

  test("a narrow page shows one pane at a time, with ways back", async () => {
    await open([card(), message({ threadTs: CARD, text: "the log" })], { width: 390 });
    const channel = page.getByRole("main", { name: "Channel" });
    const thread = page.getByRole("complementary", { name: "Thread" });
    const sidebar = page.getByRole("navigation", { name: "Workspace" });
    const visible = async () =>
      await Promise.all([sidebar, channel, thread].map(async (pane) => await pane.isVisible()));
    assert.deepEqual(await visible(), [false, true, false]);
    await page.getByRole("button", { name: /1 reply/ }).click();
    assert.deepEqual(await visible(), [false, false, true]);
    await page.getByRole("button", { name: "Back to the channel" }).click();
    assert.deepEqual(await visible(), [false, true, false]);
    await page.getByRole("button", { name: "Back to the workspace" }).click();
    assert.deepEqual(await visible(), [true, false, false]);
    await page.getByText("Ben", { exact: true }).click();
    await page.getByText("as Ben").first().waitFor();
    assert.deepEqual(await visible(), [false, true, false]);
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 390);
  });

  test("an update keeps the draft, the focus and the place in the scroll", async () => {
    const many = Array.from({ length: 40 }, (_, index) => message({ text: `line ${index}` }));
    const { emit } = await open([card(), ...many, card("1800000000.000001")]);
    await page.getByRole("combobox").first().fill("half a thought");
    const log = page.getByRole("log").first();
    const approve = page.getByRole("button", { name: "Approve" }).first();
    await approve.focus();
    await page.getByText("line 20", { exact: true }).scrollIntoViewIfNeeded();
    await log.evaluate("(node) => { node.scrollTop = 1200; }");
    const line = page.getByText("line 30", { exact: true });
    const before = await line.boundingBox();
    const longer = {
      ...card(),
      blocks: [section("s0", "grown\n".repeat(9)), ...cardBlocks],
    };
    emit({ type: "message", message: longer });
    await page.getByText("grown").first().waitFor();
    emit({ type: "message", message: message({ ts: "1900000000.000001", text: "the newest" }) });
    await page.getByRole("button", { name: "New messages" }).waitFor();
    const afterwards = await line.boundingBox();
    assert.ok(
      Math.abs((afterwards?.y ?? 0) - (before?.y ?? 0)) < 2,
      `moved from ${before?.y} to ${afterwards?.y}`,
    );
    assert.equal(await page.evaluate("document.activeElement.textContent"), "Approve");
    assert.equal(await page.getByRole("combobox").first().inputValue(), "half a thought");
    await page.getByRole("button", { name: "New messages" }).click();
    assert.ok(await page.getByText("the newest").isVisible());
  });

  test("what was refused comes back to the composer with the reason", async () => {
    const { refuse } = await open([card()]);
    refuse("say", "That channel is archived.");
    const composer = page.getByRole("combobox").first();
    await composer.fill("hello");
    await composer.press("Enter");
    await page.getByText("That channel is archived.").waitFor();
    assert.equal(await composer.inputValue(), "hello");
  });

  test("a modal checks required inputs, keeps typed text over an update, submits and closes", async () => {
    const { emit, posts } = await open([card()]);
    const view = {
      id: "V1",
      type: "modal",
      title: "Why?",
      submit: "Reject",
      close: "Cancel",
      blocks: [
        input("why", { type: "plain_text_input", action_id: "t", multiline: true }),
        input("kind", radios),
      ],
    };
    emit({ type: "modal", view });
    const dialog = page.getByRole("dialog", { name: "Why?" });
    await dialog.getByRole("button", { name: "Reject" }).click();
    await dialog.getByText("Please fill this in.").first().waitFor();
    assert.deepEqual(posts, []);
    await dialog.getByRole("textbox").fill("too late in the day");
    emit({ type: "modal", view: { ...view, errors: { why: "Say more." } } });
    await dialog.getByText("Say more.").waitFor();
    assert.equal(await dialog.getByRole("textbox").inputValue(), "too late in the day");
    await dialog.getByText("Second").click();
    const submitted = page.waitForResponse(/submit$/);
    await dialog.getByRole("button", { name: "Reject" }).click();
    await submitted;
    const values = { why: { t: "too late in the day" }, kind: { r: "2" } };
    assert.deepEqual(posts, [{ path: "submit", body: { as: "UANA", view_id: "V1", values } }]);
    const closed = page.waitForResponse(/close$/);
    await page.keyboard.press("Escape");
    await closed;
    await dialog.waitFor({ state: "hidden" });
    assert.deepEqual(posts[1], { path: "close", body: { as: "UANA", view_id: "V1" } });
  });

  test("a broken stream says so, comes back, and catches up", async () => {
    const { setUp, state } = await open([card()]);
    setUp(false);
    await page.getByText("reconnecting…").waitFor();
    state.messages.push(message({ text: "said meanwhile" }));
    setUp(true);
    await page.getByText("said meanwhile").waitFor();
    await page.locator("body[data-link=live]").waitFor();
    assert.equal(await page.getByText("reconnecting…").count(), 0);
  });

  test("the person, the channel and the token outlive a reload", async () => {
    await open([card(), message({ channel: "C2", text: "over here" })]);
    await page.getByText("Ben", { exact: true }).click();
    await page.getByText("as Ben").first().waitFor();
    await page.getByRole("button", { name: "other" }).click();
    await page.getByText("over here").waitFor();
    assert.match(page.url(), /\?token=let-me-in#.*as=UBEN.*channel=C2/);
    await page.reload();
    await page.getByText("over here").waitFor();
    assert.ok(await page.getByRole("radio", { name: /Ben/ }).isChecked());
  });
});

async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent()) ?? "";
}

let counter = 0;

function message(given: Record<string, unknown>): Message {
  counter += 1;
  const ts = `17000002${String(counter).padStart(2, "0").slice(-2)}.${String(counter).padStart(6, "0")}`;
  const empty = { threadTs: null, broadcast: false, text: "", blocks: null, edited: false, ephemeral: false };
  return { channel: "C1", ts, user: "UBOT", ...empty, ...given };
}

const plain = (text: string) => ({ type: "plain_text", text });
const confirm = {
  title: plain("Run this?"),
  text: plain("One step."),
  confirm: plain("Run"),
  deny: plain("Not yet"),
};
const button = { type: "button", action_id: "approve", value: "change-1", text: plain("Approve"), confirm };
const cardBlocks = [section("s", "*Scale*"), { type: "actions", block_id: "b", elements: [button] }];

function card(ts = CARD): Message {
  return message({ ts, blocks: cardBlocks });
}

function section(id: string, text: string) {
  return { type: "section", block_id: id, text: { type: "mrkdwn", text } };
}

function input(id: string, element: object) {
  return { type: "input", block_id: id, label: { type: "plain_text", text: id }, element };
}

const radios = {
  type: "radio_buttons",
  action_id: "r",
  options: ["First", "Second"].map((text, index) => ({
    text: { type: "plain_text", text },
    value: String(index + 1),
  })),
};

function escapeSlack(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
