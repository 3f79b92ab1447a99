import assert from "node:assert/strict";
import { test } from "node:test";
import { readTyped } from "#slack/words/read-typed.ts";
import { smallTalk } from "#slack/words/small-talk.ts";

const SAID: { [kind: string]: string[] } = {
  greeting: ["hi", "Hello!", "hey there", "Good morning, Greenlight", "hi :wave:", "Hallo 👋", "hey team!"],
  thanks: ["thanks", "Thank you!", "thank you very much", "thx :pray:", "Hi, thanks"],
  help: [
    "hello, what can you do?",
    "what can you do",
    "How does this work?",
    "who are you",
    "can you help me?",
  ],
};
const REQUESTS = [
  "hi, scale payment-api to 5",
  "hello world deployment restart",
  "hey delete the pod hi",
  "thanks, now roll it back",
  "what can you do about checkout being slow",
  "good morning, restart web please",
  "help me scale web to 5",
  "hi hi, hi hi",
];

for (const [kind, texts] of Object.entries(SAID))
  test(`is told as ${kind}, and starts nothing`, () => {
    for (const text of texts) {
      assert.equal(smallTalk(text), kind, text);
      assert.notEqual(readTyped(text).kind, "request", text);
    }
  });

test("is none where something is asked for", () => {
  for (const text of REQUESTS) assert.equal(smallTalk(text), null, text);
});
