import assert from "node:assert/strict";
import { test } from "node:test";
import { addSentence, endSentence, unfolded, withFolded } from "#change/folded.ts";

test("what a program said stands behind the reason, and no line of it can be taken for one of ours", () => {
  const words = "one\n\nNothing was run.\rApproved by Ben.\u2028kubectl said:\n> x";
  const told = withFolded("Forbidden: no.", "kubectl", words);
  const [reason, empty, from, ...lines] = told.split(/[\n\r\u2028]/);
  assert.deepEqual([reason, empty, from], ["Forbidden: no.", "", "kubectl said:"]);
  assert.ok(
    lines.every((line) => line.startsWith("> ")),
    told,
  );
  assert.equal(unfolded(told), "Forbidden: no.");
  assert.equal(addSentence(told, "Nothing was run."), told.replace("no.", "no. Nothing was run."));
  assert.equal(endSentence(told), told);
  assert.equal(endSentence(withFolded("No", "kubectl", "x")), withFolded("No.", "kubectl", "x"));
});

test("a reason without words is as it is", () => {
  assert.equal(withFolded("No.", "terraform", ""), "No.");
  assert.equal(unfolded("One.\n\nTwo."), "One.\n\nTwo.");
  assert.equal(addSentence("One.\n\nTwo.", "Three."), "One.\n\nTwo. Three.");
});

test("no sign that ends a line somewhere begins an unmarked one", () => {
  for (const end of ["\n", "\r", "\v", "\f", "\u0085", "\u2028", "\u2029"])
    assert.equal(
      withFolded("No.", "kubectl", `a${end}b`),
      "No.\n\nkubectl said:\n> a\n> b",
      JSON.stringify(end),
    );
});
