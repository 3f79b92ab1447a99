import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Answer, ChangeStatus, Gate } from "#change/change.ts";
import { Direction, Outcome } from "#change/journal.ts";
import { Risk } from "#change/plan.ts";
import { PreviewRow } from "#change/preview.ts";
import { ReviewerOutput } from "#change/verdict.ts";
import { statusWords } from "#slack/text/states.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const page = readFileSync(join(ROOT, "docs/glossary.md"), "utf8");
const sections = page.split(/^## /m).slice(1);

const KINDS: [heading: string, words: readonly string[]][] = [
  ["Where a change stands (`ChangeStatus`)", ChangeStatus.options],
  ["What is asked (`Gate`) and what can be answered (`Answer`)", [...Gate.options, ...Answer.options]],
  ["How a step ended (`Outcome`)", Outcome.options],
  ["What the Reviewer says (`ReviewResult`)", ReviewerOutput.shape.result.options],
  ["Risks (`Risk`)", Risk.options],
  ["What a preview shows of one object", PreviewRow.shape.action.options],
];

describe("the glossary", () => {
  for (const [heading, words] of KINDS) {
    it(`has a line for each word of "${heading}", and for no other`, () => {
      const rows = rowsOf(sectionOf(heading)).filter(([word]) => word.startsWith("`"));
      assert.deepEqual(
        rows.map(([word]) => word.replaceAll("`", "")),
        words,
      );
      for (const [word, ...rest] of rows)
        assert.ok(
          rest.every((text) => text !== ""),
          word,
        );
    });
  }

  it("names both directions of the journal", () => {
    for (const word of Direction.options)
      assert.ok(sectionOf("How a step ended (`Outcome`)").includes(`\`${word}\``));
  });

  it("has what the screen says of each status", () => {
    for (const [word, shown] of rowsOf(sectionOf("Where a change stands (`ChangeStatus`)"))) {
      const status = ChangeStatus.safeParse(word.replaceAll("`", ""));
      // The mark in front of the words is no word.
      if (status.success) assert.equal(shown, statusWords(status.data).replace(/^\S+ /u, ""));
    }
  });

  it("has the words of the vocabulary, each once and in order", () => {
    const words = rowsOf(sectionOf("What Greenlight works with")).map(([word]) => word.toLowerCase());
    assert.deepEqual(words.slice(1), words.slice(1).toSorted());
    assert.equal(new Set(words).size, words.length);
  });

  it("is where people are sent", () => {
    for (const [from, link] of [
      ["README.md", "docs/glossary.md"],
      ["CONTRIBUTING.md", "docs/glossary.md"],
      ["docs/architecture.md", "glossary.md"],
    ] as const)
      assert.ok(readFileSync(join(ROOT, from), "utf8").includes(`(${link})`), from);
  });
});

function sectionOf(heading: string): string {
  const found = sections.find((section) => section.startsWith(`${heading}\n`));
  assert.ok(found, heading);
  return found;
}

/** The cells of a section's tables, without the lines under their headings. */
function rowsOf(section: string): [string, ...string[]][] {
  const lines = section.split("\n").filter((line) => line.startsWith("|") && !line.startsWith("|---"));
  return lines.map((line) => {
    const [first = "", ...rest] = line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim());
    return [first, ...rest];
  });
}
