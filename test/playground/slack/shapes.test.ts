import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkBlocks, type Surface } from "#playground/slack/blocks.ts";
import { checkView } from "#playground/slack/view-check.ts";
import {
  actions,
  type Block,
  button,
  container,
  input,
  mrkdwn,
  rich,
  section,
  times,
  x,
} from "./block-samples.ts";
import { actionsBlock, plain, refusalOf, startWithClient } from "./support.ts";

describe("the shape of blocks", () => {
  const refusals: [string, Block[], string, Surface?][] = [
    ["an unknown type", [{ type: "nonsense" }], "unsupported type: nonsense [json-pointer:/blocks/0/type]"],
    ["no type", [{}], "missing required field: type [json-pointer:/blocks/0]"],
    ["no text", [{ type: "header" }], "missing required field: text [json-pointer:/blocks/0]"],
    [
      "an empty text",
      section({ text: mrkdwn(" ") }),
      "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
    ],
    ["a bare string", section({ text: "hello" }), "must provide an object [json-pointer:/blocks/0/text]"],
    [
      "mrkdwn in a header",
      [{ type: "header", text: mrkdwn("h") }],
      "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
    ],
    [
      "a field Slack does not know",
      actions(button({ disabled: true })),
      "invalid additional property: disabled [json-pointer:/blocks/0/elements/0]",
    ],
    [
      "a style there is not",
      actions(button({ style: "green" })),
      "must be a valid enum value [json-pointer:/blocks/0/elements/0/style]",
    ],
    ["neither text nor fields", section({}), "missing required field: text [json-pointer:/blocks/0]"],
    ["no actions", actions(), "must provide at least 1 items [json-pointer:/blocks/0/elements]"],
    [
      "an alert in a message",
      [{ type: "alert", text: plain("a") }],
      "unsupported type: alert [json-pointer:/blocks/0/type]",
    ],
    [
      "a table in a modal",
      [{ type: "table", rows: [[rich("r")]] }],
      "unsupported type: table [json-pointer:/blocks/0/type]",
      "modal",
    ],
    [
      "a plan on the Home",
      [{ type: "plan", title: "p" }],
      "unsupported type: plan [json-pointer:/blocks/0/type]",
      "home",
    ],
    [
      "a plan in a container",
      [{ ...container(1), child_blocks: [{ type: "plan", title: "p" }] }],
      "unsupported type: plan [json-pointer:/blocks/0/child_blocks/0/type]",
    ],
    [
      "two tables",
      times(2, () => ({ type: "table", rows: [[rich("r")]] })),
      "only one table allowed [json-pointer:/blocks]",
    ],
    [
      "an image without a source",
      [{ type: "image", alt_text: "a" }],
      "missing required field: image_url [json-pointer:/blocks/0]",
    ],
    [
      "the same block_id",
      times(2, () => ({ type: "divider", block_id: "d" })),
      '`block_id` "d" already exists [json-pointer:/blocks/1/block_id]',
    ],
    [
      "the same action_id",
      actions(button({ action_id: "a" }), button({ action_id: "a" })),
      '`action_id` "a" already exists [json-pointer:/blocks/0/elements/1/action_id]',
    ],
  ];
  for (const [name, blocks, sentence, surface = "message"] of refusals)
    test(`${name} is refused`, () => assert.deepEqual(checkBlocks(blocks, surface, "/blocks"), [sentence]));

  test("the newer blocks are taken in a message", () => {
    const task = {
      type: "task_card",
      task_id: "1",
      title: "Scale",
      status: "complete",
      output: rich("done"),
    };
    const blocks = [
      { type: "plan", title: "Plan", tasks: [task] },
      { ...task, details: rich("more") },
      { type: "markdown", text: "**bold**" },
      {
        type: "table",
        rows: [[{ type: "raw_text", text: "a" }, rich("b")]],
        column_settings: [{ align: "right" }],
      },
      rich("log line"),
      { ...container(2), is_collapsible: true, default_collapsed: true },
      {
        type: "context_actions",
        elements: [{ type: "icon_button", icon: "trash", text: plain("d"), action_id: "d" }],
      },
    ];
    assert.deepEqual(checkBlocks(blocks, "message", "/blocks"), []);
  });

  test("the same action_id in two blocks is fine", () => {
    const two = times(2, (index) => ({ ...actionsBlock("a", "1"), block_id: `b${index}` }));
    assert.deepEqual(checkBlocks(two, "message", "/blocks"), []);
  });

  test("a modal with an input needs a submit", () => {
    const view = { type: "modal", title: plain("t"), blocks: input({ type: "plain_text_input" }) };
    assert.deepEqual(checkView(view, "modal"), [
      "must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/0/input]",
    ]);
    assert.deepEqual(checkView({ ...view, submit: plain("s") }, "modal"), []);
  });

  test("the SDK is told as Slack tells it: invalid_blocks with sentences, and invalid_blocks_format", async (t) => {
    const { slack, client } = await startWithClient();
    t.after(slack.stop);
    const post = (blocks: unknown) =>
      client.apiCall("chat.postMessage", { channel: slack.channels.infra, text: "x", blocks });
    const faulty = await refusalOf(post([{ type: "header", text: plain(x(151)) }]));
    const sentence = "must be less than 151 characters [json-pointer:/blocks/0/text/text]";
    assert.equal(faulty.error, "invalid_blocks");
    assert.deepEqual(faulty.errors, [sentence]);
    assert.deepEqual(faulty.response_metadata?.messages, [`[ERROR] ${sentence}`]);
    assert.equal((await refusalOf(post("{not json"))).error, "invalid_blocks_format");
    assert.equal((await refusalOf(post({ type: "divider" }))).error, "invalid_blocks_format");
    assert.deepEqual(slack.messages(slack.channels.infra), []);
  });
});
