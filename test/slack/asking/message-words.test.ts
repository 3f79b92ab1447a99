import assert from "node:assert/strict";
import { test } from "node:test";
import { wordsOfMessage } from "#slack/asking/message-words.ts";
import { ASK_MESSAGE_SHORTCUT, openingOfShortcut } from "#slack/asking/shortcuts.ts";

const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text } });

test("the words of a message are its text, and of an alert what stands in its blocks and attachments", () => {
  const rich = {
    type: "rich_text",
    elements: [
      {
        type: "rich_text_section",
        elements: [
          { type: "text", text: "Pods of " },
          { type: "link", url: "https://grafana.example/d/1", text: "web" },
          { type: "text", text: " are down, " },
          { type: "user", user_id: "U1" },
        ],
      },
      {
        type: "rich_text_list",
        elements: [{ type: "rich_text_section", elements: [{ type: "text", text: "web-1" }] }],
      },
    ],
  };
  const alert = {
    fallback: "[FIRING] web is down",
    pretext: "Firing",
    title: "web is down",
    text: "0 of 3 replicas &amp; no endpoints",
    fields: [{ title: "Namespace", value: "production" }, { value: "since 03:12" }],
  };
  for (const [message, words] of [
    [{ text: "restart <#C1|web> now", blocks: [section("something else")] }, "restart #web now"],
    [{ text: "", blocks: [section("*web* is down")] }, "*web* is down"],
    [{ text: null, blocks: [rich] }, "Pods of web are down, @U1\nweb-1"],
    [
      { text: "", attachments: [alert] },
      "Firing\nweb is down\n0 of 3 replicas & no endpoints\nNamespace: production\nsince 03:12",
    ],
    [{ attachments: [{ fallback: "[FIRING] web is down" }] }, "[FIRING] web is down"],
    [
      { text: " ", attachments: [{ blocks: [section("web is down"), section("web is down")] }] },
      "web is down",
    ],
    [
      {
        blocks: [
          { type: "header", text: { type: "plain_text", text: "Alert" } },
          {
            type: "section",
            fields: [
              { type: "mrkdwn", text: "Pod" },
              { type: "mrkdwn", text: "web-1" },
            ],
          },
          { type: "context", elements: [{ type: "mrkdwn", text: "by Prometheus" }] },
          { type: "actions", elements: [{ type: "button", text: { type: "plain_text", text: "Silence" } }] },
        ],
      },
      "Alert\nPod\nweb-1\nby Prometheus",
    ],
    [{ text: "", blocks: [], attachments: [] }, ""],
    [{}, ""],
    [{ text: "", blocks: "none", attachments: { a: 1 } }, ""],
    [{ text: "", blocks: [null, 7, [], { type: "rich_text", elements: [null, "x"] }] }, ""],
  ] as const)
    assert.equal(wordsOfMessage(message), words, JSON.stringify(message));
});

test("a message as deep as nobody writes one ends somewhere", () => {
  let deep: object = section("far below");
  for (let at = 0; at < 5_000; at += 1) deep = { type: "context", elements: [deep] };
  assert.equal(wordsOfMessage({ blocks: [section("above"), deep] }), "above");
});

test("an alert without a text fills the form of the shortcut", () => {
  const opening = openingOfShortcut({
    type: "message_action",
    callback_id: ASK_MESSAGE_SHORTCUT,
    trigger_id: "1.2.a",
    user: { id: "U0ANA00001" },
    channel: { id: "C0INFRA001" },
    message: { text: "", ts: "1700000000.000100", attachments: [{ title: "web is down in production" }] },
  });
  assert.match(JSON.stringify(opening?.view), /"initial_value":"web is down in production"/);
});
