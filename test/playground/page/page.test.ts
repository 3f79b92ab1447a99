import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { reasonToSkip } from "./browser.ts";
import { CARD, card, escapeSlack, input, message, radios, startVisits, textOf } from "./visits.ts";

describe("the playground's page", { skip: reasonToSkip() }, () => {
  let visits: Awaited<ReturnType<typeof startVisits>>;

  before(async () => {
    visits = await startVisits();
  });
  after(async () => await visits?.stop());
  afterEach(async () => await visits.leave());

  test("hostile text stays text: no element, no active mention, no odd link", async () => {
    const raw =
      "<img src=x onerror=alert(1)> <script>alert(2)</script> <javascript:alert(3)|click> </div><iframe>";
    const escaped = escapeSlack(`<!here> <@UBEN> <https://evil.example|x> ${raw}`);
    const literal = { type: "text", text: `<!here> <@UBEN> ${raw}` };
    const { page, faults } = await visits.open([
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
    assert.equal(await page.locator("img, iframe, script:not([src='browser/page.js'])").count(), 0);
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

  test("coloured circles are drawn, and stay what they are in the text and in code", async () => {
    const { page } = await visits.open([message({ text: "🟢 Done, `🟢` as code, <@UBEN> ⚫" })]);
    const log = page.getByRole("log").first();
    assert.deepEqual(await log.locator(".dot").allTextContents(), ["🟢", "⚫"]);
    assert.match(await textOf(log), /🟢 Done, 🟢 as code, @Ben.* ⚫/);
  });

  test("a reply shown in the channel names its card as that reads now, and people by their names", async () => {
    const root = message({ text: "Done: scale web (asked by <@UBEN>)" });
    const { page } = await visits.open([
      root,
      message({ text: "The verdict", threadTs: root.ts, broadcast: true }),
    ]);
    await page.getByRole("button", { name: /Done: scale web \(asked by @Ben.*\)/ }).waitFor();
  });

  test("an unescaped mention shows as the alarm it would be", async () => {
    const { page } = await visits.open([
      message({ text: "look <!here>, <@UBEN> and <https://example.com|this>" }),
    ]);
    const log = page.getByRole("log").first();
    assert.equal(await log.locator(".mention-all").textContent(), "@here");
    assert.equal(await log.locator(".mention").filter({ hasText: "@Ben" }).count(), 1);
    const link = log.getByRole("link", { name: "this" });
    assert.equal(await link.getAttribute("href"), "https://example.com");
    assert.match((await link.getAttribute("rel")) ?? "", /noopener/);
  });

  test("a button with a confirmation posts the click only once it is confirmed", async () => {
    const { posts, page } = await visits.open([card()], { hash: "#as=UBEN" });
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
    const { posts, page } = await visits.open([card(), message({ threadTs: CARD, text: "the log" })]);
    const composer = page.getByRole("textbox", { name: "Message #changes" });
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
    const { page } = await visits.open([card(), message({ threadTs: CARD, text: "the log" })], {
      width: 390,
    });
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

  test("what was refused comes back to the composer with the reason", async () => {
    const { refuse, page } = await visits.open([card()]);
    refuse("say", "That channel is archived.");
    const composer = page.getByRole("textbox").first();
    await composer.fill("hello");
    await composer.press("Enter");
    await page.getByText("That channel is archived.").waitFor();
    assert.equal(await composer.inputValue(), "hello");
  });

  test("a modal checks required inputs, keeps typed text over an update, submits and closes", async () => {
    const { emit, posts, page } = await visits.open([card()]);
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
});
