import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createRedact, createRedactLines, createRedactStream } from "#redact/redact.ts";
import { benignCorpus, secretsCorpus } from "./corpus.ts";

const OWN = "own-0123456789/abc+def";
const redact = createRedact([OWN, "short", "redacted", "line one of it\nline two of it\n"]);
const secrets = secretsCorpus();
const benign = benignCorpus();

describe("redaction", () => {
  it("looks twice: what one rule took away can bring to light what another looks for", () => {
    assert.doesNotMatch(redact(" token=[S3cr3tHunter2xyztoken=:"), /S3cr3t/);
  });

  it("leaves no secret of the corpus, and says that something was taken away", () => {
    assert.ok(secrets.length >= 100);
    for (const { kind, text, secrets: hidden } of secrets) {
      const clean = redact(text);
      assert.ok(clean.includes("[redacted]"), kind);
      for (const secret of hidden) assert.ok(!clean.includes(secret), `${kind}: ${clean}`);
    }
  });

  it("leaves what is none as it was", () => {
    assert.ok(benign.length >= 40);
    for (const text of benign) assert.equal(redact(text), text);
  });

  it("changes nothing more the second time", () => {
    const texts = [...secrets.map((one) => one.text), ...benign];
    for (const [index, text] of texts.entries()) {
      for (const both of [text, text + texts[(index * 7 + 1) % texts.length], `x="${text}" ${text}`]) {
        const once = redact(both);
        assert.equal(redact(once), once);
      }
    }
  });

  it("takes keys that are joined to one another, in either order", () => {
    const npm = `npm_${"a1B2c3D4e5F6".repeat(3)}`;
    const aws = "AKIADPMRCG4BE4UMR46P";
    assert.equal(redact(`${npm}${aws}`), "[redacted][redacted]");
    assert.equal(redact(`x ${aws}${npm}. y`), "x [redacted][redacted]. y");
    assert.equal(redact(`${npm}${npm}${aws}${aws}`), "[redacted]".repeat(4));
  });

  it("looks once more at what it took away: what stood before a word hid where that began", () => {
    const npm = `npm_${"a1B2c3D4e5F6".repeat(3)}`;
    assert.equal(redact(`${npm}bearer abcdefghijklmnopqrst`), "[redacted]bearer [redacted]");
    assert.equal(redact(`${npm}sshpass -p hunter22 ssh x`), "[redacted]sshpass -p [redacted] ssh x");
  });

  it("is the same in pieces, wherever they are cut", () => {
    for (const { kind, text } of [...secrets, ...benign.map((one) => ({ kind: one, text: one }))]) {
      const whole = redact(text);
      for (let at = 1; at < text.length; at += 1) {
        const stream = createRedactStream([OWN]);
        const pieces = stream.write(text.slice(0, at)) + stream.write(text.slice(at)) + stream.end();
        assert.equal(pieces, whole, `${kind}, cut at ${at}`);
      }
      const stream = createRedactStream([OWN]);
      assert.equal([...text].map((one) => stream.write(one)).join("") + stream.end(), whole, kind);
    }
  });

  it("is the same line by line, answered at once", () => {
    const open = createRedactLines([OWN]);
    for (const { kind, text } of secrets) {
      const take = open();
      assert.equal(text.split("\n").map(take).join("\n"), redact(text), kind);
    }
  });

  it("takes the bot's own secrets in every spelling, and no word that only looks like one of them", () => {
    const spellings = [OWN, JSON.stringify(JSON.stringify(OWN)), encodeURIComponent(OWN)];
    for (const shift of ["", "a", "ab"]) {
      const text = Buffer.from(`${shift}${OWN} and more`).toString("base64");
      assert.match(redact(text), /^.{0,4}\[redacted\].+$/);
      assert.ok(redact(text).length < text.length / 2 + 20);
    }
    for (const spelling of spellings)
      assert.match(redact(`<${spelling}>`), /^<"?(\\")?\[redacted\](\\")?"?>$/);
    assert.equal(redact("say line two of it."), "say [redacted].");
    assert.equal(redact("a short word, redacted"), "a short word, redacted");
  });

  it("takes a text without a line break in windows, and cuts no secret at their borders", () => {
    const token = `ghp_${"a1B2".repeat(9)}`;
    const filler = "x".repeat(997);
    const line = `${`${filler} ${token} password=hunter22 `.repeat(1_300)}end`;
    assert.ok(line.length > 1_200_000);
    const clean = redact(line);
    assert.ok(!clean.includes(token.slice(0, 12)) && !clean.includes("hunter22"));
    assert.ok(clean.endsWith("end"));
    const stream = createRedactStream([]);
    let pieces = "";
    for (let at = 0; at < line.length; at += 65_537) pieces += stream.write(line.slice(at, at + 65_537));
    assert.ok(pieces.length > clean.length / 3, "it does not wait for a line break that may never come");
    assert.equal(pieces + stream.end(), clean);
  });

  it("does not swallow what follows a PEM block without an end, or a Secret", () => {
    const block = "-----BEGIN RSA PRIVATE KEY-----\nMIIabcdef\n";
    assert.match(redact(`${block}pod/web-1 restarted now`), /\n\[redacted\]\npod\/web-1 restarted now$/);
    const secret =
      "kind: Secret\ndata:\n  a: eHh4eA==\nmetadata:\n  name: web\n---\nkind: ConfigMap\ndata:\n  a: eHh4eA==";
    assert.equal(redact(secret), secret.replace("eHh4eA==", "[redacted]"));
  });
});

describe("the corpus", () => {
  it("is labelled line by line", () => {
    const file = readFileSync(join(import.meta.dirname, "corpus", "secrets.jsonl"), "utf8");
    assert.equal(file.trim().split("\n").length, secrets.length);
    for (const { kind, text, secrets: hidden } of secrets) {
      assert.ok(hidden.length > 0 && hidden.every((secret) => text.includes(secret)), kind);
    }
  });
});
