import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkBlocks, type Surface } from "#playground/slack/blocks.ts";
import { checkView } from "#playground/slack/view-check.ts";
import {
  actions,
  type Block,
  button,
  confirm,
  container,
  input,
  mrkdwn,
  options,
  rich,
  section,
  select,
  times,
  x,
} from "./block-samples.ts";
import { plain } from "./support.ts";

type Case = [name: string, max: number, make: (size: number) => Block[], says: string, surface?: Surface];

const characters = (max: number) => `must be less than ${max + 1} characters`;
const items = (max: number) => `no more than ${max} items allowed`;

const cases: Case[] = [
  ["blocks in a message", 50, (n) => times(n, () => ({ type: "divider" })), items(50)],
  ["blocks in a modal", 100, (n) => times(n, () => ({ type: "divider" })), items(100), "modal"],
  ["blocks in a Home", 100, (n) => times(n, () => ({ type: "divider" })), items(100), "home"],
  ["a header", 150, (n) => [{ type: "header", text: plain(x(n)) }], characters(150)],
  ["a section's text", 3_000, (n) => section({ text: mrkdwn(x(n)) }), characters(3_000)],
  ["a field", 2_000, (n) => section({ fields: [mrkdwn(x(n))] }), characters(2_000)],
  ["fields", 10, (n) => section({ fields: times(n, () => mrkdwn("f")) }), items(10)],
  ["context", 10, (n) => [{ type: "context", elements: times(n, () => mrkdwn("c")) }], items(10)],
  ["actions", 25, (n) => actions(...times(n, (i) => button({ action_id: `a${i}` }))), items(25)],
  ["a button's text", 75, (n) => actions(button({ text: plain(x(n)) })), characters(75)],
  ["a button's value", 2_000, (n) => actions(button({ value: x(n) })), characters(2_000)],
  ["a button's url", 3_000, (n) => actions(button({ url: x(n) })), characters(3_000)],
  ["an action_id", 255, (n) => actions(button({ action_id: x(n) })), characters(255)],
  ["a block_id", 255, (n) => [{ type: "divider", block_id: x(n) }], characters(255)],
  ["a dialog's title", 100, (n) => confirm({ title: plain(x(n)) }), characters(100)],
  ["a dialog's text", 300, (n) => confirm({ text: plain(x(n)) }), characters(300)],
  ["a dialog's yes", 30, (n) => confirm({ confirm: plain(x(n)) }), characters(30)],
  ["a dialog's no", 30, (n) => confirm({ deny: plain(x(n)) }), characters(30)],
  ["options", 100, (n) => select({ options: options(n) }), items(100)],
  ["a placeholder", 150, (n) => select({ placeholder: plain(x(n)) }), characters(150)],
  ["an option's text", 75, (n) => select({ options: [{ text: plain(x(n)), value: "v" }] }), characters(75)],
  [
    "an option's value",
    150,
    (n) => select({ options: [{ text: plain("o"), value: x(n) }] }),
    characters(150),
  ],
  ["radio buttons", 10, (n) => actions({ type: "radio_buttons", options: options(n) }), items(10)],
  ["checkboxes", 10, (n) => actions({ type: "checkboxes", options: options(n) }), items(10)],
  ["an overflow menu", 5, (n) => actions({ type: "overflow", options: options(n) }), items(5)],
  [
    "an image's text",
    2_000,
    (n) => [{ type: "image", image_url: "https://x", alt_text: x(n) }],
    characters(2_000),
  ],
  ["a label", 2_000, (n) => input({ type: "plain_text_input" }, { label: plain(x(n)) }), characters(2_000)],
  [
    "an initial value",
    3_000,
    (n) => input({ type: "plain_text_input", initial_value: x(n) }),
    characters(3_000),
  ],
  ["markdown", 12_000, (n) => [{ type: "markdown", text: x(n) }], characters(12_000)],
  ["rows of a table", 100, (n) => [{ type: "table", rows: times(n, () => [rich("r")]) }], items(100)],
  [
    "cells of a row",
    20,
    (n) => [{ type: "table", rows: [times(n, () => ({ type: "raw_text", text: "c" }))] }],
    items(20),
  ],
  ["a container", 10, (n) => [container(n)], items(10)],
  ["an alert", 200, (n) => [{ type: "alert", text: plain(x(n)) }], characters(200), "modal"],
];

describe("the limits of Block Kit", () => {
  for (const [name, max, make, says, surface = "message"] of cases)
    test(`${name}: ${max} and not one more`, () => {
      assert.deepEqual(checkBlocks(make(max), surface, "/blocks"), []);
      const faults = checkBlocks(make(max + 1), surface, "/blocks");
      assert.equal(faults.length, 1, faults.join("\n"));
      assert.ok(faults[0]?.startsWith(`${says} [json-pointer:/blocks`), faults[0]);
    });

  test("markdown counts over all its blocks", () => {
    const two = [
      { type: "markdown", text: x(6_000) },
      { type: "markdown", text: x(6_001) },
    ];
    assert.equal(checkBlocks(two, "message", "/blocks").length, 1);
  });

  for (const [what, limit] of [
    ["title", 24],
    ["submit", 24],
    ["close", 24],
  ] as const)
    test(`a modal's ${what}: ${limit} and not one more`, () => {
      const view = (text: string) => ({ type: "modal", title: plain("t"), blocks: [], [what]: plain(text) });
      assert.deepEqual(checkView(view(x(limit)), "modal"), []);
      assert.deepEqual(checkView(view(x(limit + 1)), "modal"), [
        `must be less than 25 characters [json-pointer:/view/${what}/text]`,
      ]);
    });

  test("private_metadata: 3000, callback_id: 255", () => {
    const view = { type: "home", blocks: [], private_metadata: x(3_000), callback_id: x(255) };
    assert.deepEqual(checkView(view, "home"), []);
    assert.equal(checkView({ ...view, private_metadata: x(3_001) }, "home").length, 1);
    assert.equal(checkView({ ...view, callback_id: x(256) }, "home").length, 1);
  });
});
