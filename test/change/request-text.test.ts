import assert from "node:assert/strict";
import { test } from "node:test";
import { requestText } from "#change/changes.ts";

test("a request keeps its words, lines and tabs, and no control character", () => {
  assert.equal(requestText("  scale\u0007 web\u001b[31m\r\n\tto 3\u0000\u009b "), "scale web\n\tto 3");
  assert.equal(requestText(" \u0000\u0007\u001b\u009b\u007f "), "");
});

test("a colour goes whole, so that redaction sees a name beside its value", () => {
  const plan = '\u001b[32m+\u001b[0m \u001b[1mdb_password\u001b[0m = \u001b[0m"hunter2hunter2"';
  assert.equal(requestText(plan), '+ db_password = "hunter2hunter2"');
});
