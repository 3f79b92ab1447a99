import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { plain } from "#test/support/plain.ts";

const TEST = fileURLToPath(new URL("..", import.meta.url));

describe("the approved words", () => {
  it("stand in folders that one suite each says all of, and none is left behind", () => {
    const said = globSync("**/*.test.ts", { cwd: TEST })
      .filter((file) => !file.startsWith("house"))
      .flatMap((file) => [...readFileSync(`${TEST}${file}`, "utf8").matchAll(/\bapprovedIn\("([^"]+)"\)/gu)])
      .map(([, folder]) => folder)
      .toSorted();
    const files = globSync("approved/**/*.txt", { cwd: TEST });
    const there = files.map((file) => file.split(/[\\/]/u).slice(1, -1).join("/"));
    assert.deepEqual(said, [...new Set(there)].toSorted());
  });

  it("read as a person reads them: every block in order, what can be pressed, and no ids", () => {
    const text = {
      type: "mrkdwn",
      text: "By <@U1>, <!date^1^{date}|then>, at <https://x.example|Its card> &lt;",
    };
    const button = (words: string) => ({ type: "button", action_id: "greenlight:x", text: { text: words } });
    const confirm = Object.fromEntries(
      ["title", "text", "confirm", "deny"].map((one) => [one, { type: "plain_text", text: `${one}.` }]),
    );
    const sure = { ...button("Sure"), style: "danger", confirm };
    const blocks = [
      { type: "header", text: { type: "plain_text", text: "Title" } },
      { type: "section", text, accessory: button("Beside") },
      { type: "actions", block_id: "greenlight:y", elements: [sure] },
      { type: "something new", of: "somebody" },
    ];
    assert.deepEqual(plain({ text: "Said", blocks }).split("\n"), [
      "Notification: Said",
      "",
      "# Title",
      "By <@U1>, {time}, at Its card (link) <",
      "[Beside]",
      "[Sure] danger",
      "    asks: title. text. [confirm.] [deny.]",
      '{"type":"something new","of":"somebody"}',
    ]);
    assert.equal(
      plain({ text: "*Said*", blocks: [{ type: "section", text }] }).includes("Notification"),
      true,
    );
    assert.equal(plain({ text: "Title", blocks: blocks.slice(0, 1) }), "# Title");
  });
});
