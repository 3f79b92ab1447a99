import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join, posix, resolve } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { z } from "zod";
import { type CheckInput, checkLine } from "#policy/check.ts";
import { builtInPolicy, PolicyDocument } from "#policy/document.ts";
import { parsePolicy } from "#policy/read-policy.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const SAMPLE = "src/playground/sample-policy.yml";

/** The environments that pieces of a policy file speak of. */
const AROUND = "environments:\n  production: {}\n  staging: {}\n";

const COMMENT = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm;
/** A path of ours: with a folder that begins as ours do, so that what others call their files is none. */
const NAMED_FILE =
  /(?<![\w#@./-])((?:src|test|docs|agents|app|change|commands|config|execution|graph|http|observe|playground|policy|redact|slack|store|threads)(?:\/[\w-]+)*\/[\w-]+(?:\.test)?\.(?:ts|js|pl|md))\b/g;

/** A file that is named without its folder. */
const BARE_FILE = /(?<![\w/.*`#@-])([a-z][\w-]+\.(?:ts|pl))\b/g;

/** One block of a page between its fences; `kind` is what stands behind the opening one. */
type Block = { kind: string; text: string };

test("every file of ours that a comment or a document names is there", async () => {
  const { stdout } = await promisify(execFile)(
    "git",
    ["ls-files", "--cached", "--others", "--exclude-standard"],
    { cwd: ROOT },
  );
  const files = new Set(stdout.split("\n"));
  const readers = [...files].filter((path) =>
    /^(src|test|docs)\/.*\.(ts|js|md)$|^(README|CONTRIBUTING)\.md$/.test(path),
  );
  const names = new Set([...files].map((path) => posix.basename(path)));
  const missing: string[] = [];
  for (const path of readers) {
    const text = await read(path).catch(() => "");
    const said = path.endsWith(".md") ? [text] : (text.match(COMMENT) ?? []);
    for (const [, name = ""] of said.join("\n").matchAll(NAMED_FILE)) {
      const places = [name, `src/${name}`, `test/${name}`, posix.join(posix.dirname(path), name)];
      if (!places.some((one) => files.has(one))) missing.push(`${path}: ${name}`);
    }
    for (const [, name = ""] of said.join("\n").matchAll(BARE_FILE))
      if (!names.has(name)) missing.push(`${path}: ${name}`);
  }
  assert.deepEqual(missing, []);
});

describe("the docs", () => {
  for (const page of ["docs/policy.md", "README.md"]) {
    test(`every piece of a policy in ${page} is one that is read without a fault`, async () => {
      const blocks = blocksOf(await read(page)).filter(({ kind }) => kind.startsWith("yaml"));
      assert.ok(blocks.length > 0, "there is no YAML in it");
      for (const { text } of blocks) assertReads(text);
    });
  }

  test("the built-in default stands in docs/policy.md as it is", async () => {
    const block = blocksOf(await read("docs/policy.md")).find(({ kind }) => kind === "yaml built-in");
    const parsed = parsePolicy(block?.text ?? "");
    assert.ok(parsed.ok);
    // The hash covers what is written, and here all of it is.
    assert.deepEqual({ ...parsed.policy, hash: "" }, { ...builtInPolicy, hash: "" });
    // Parsing would fill in a key that is left out.
    for (const key of Object.keys(PolicyDocument.shape)) assert.match(block?.text ?? "", keyed(key));
  });

  test("docs/policy.md names every key of the policy file", async () => {
    const page = await read("docs/policy.md");
    const keys = keysIn(z.toJSONSchema(PolicyDocument, { io: "input" }));
    assert.ok(keys.size > 40, `only ${keys.size} keys were found`);
    const words = new Set((page.match(/`[^`\n]+`/g) ?? []).flatMap((code) => code.match(/\w+/g) ?? []));
    assert.deepEqual(
      [...keys].filter((key) => !words.has(key)),
      [],
    );
  });

  test("what policy check is said to print is what it prints", async () => {
    const blocks = blocksOf(await read("docs/policy.md"));
    const shown = blocks.find(({ kind }) => kind === "json")?.text.trim();
    const typed = blocks.find(({ text }) => text.includes("-- policy check"))?.text ?? "";
    const lines = typed.split("\n").filter((line) => line.startsWith("{"));
    const answers = lines.map((line) => checkLine(JSON.parse(line) as CheckInput, builtInPolicy));
    assert.equal(shown, answers.map((answer) => JSON.stringify(answer)).join("\n"));
  });

  test("the faults that are shown are those such a file has", async () => {
    const blocks = blocksOf(await read("docs/policy.md"));
    const [, ...shown] = (blocks.find(({ kind }) => kind === "text")?.text ?? "").trim().split("\n");
    const faulty = [
      "version: 1\nenvironments:\n  production:\n    namespaces: [production]\n    variables: [AWS_*, PATH]",
      "unattended:\n  medium: [staging]\nraise:\n  kubectl drain: hihg\ndeadline:\n  default_seconds: 60",
    ];
    const parsed = parsePolicy(faulty.join("\n"));
    assert.ok(!parsed.ok);
    assert.deepEqual(
      shown.map((line) => line.trim()),
      parsed.faults,
    );
  });

  test("the sample policy is read without a fault, also with all that is commented out in it", async () => {
    const sample = await read(SAMPLE);
    assertReads(sample);
    const all = sample.replaceAll(/^# ?(?=(approvals|asking|freezes|break_glass):| {2})/gm, "");
    const parsed = parsePolicy(all);
    assert.ok(parsed.ok, parsed.ok ? "" : parsed.faults.join("\n"));
    const { approvals, asking, freezes, break_glass } = parsed.policy;
    assert.deepEqual(
      [approvals, asking, freezes, break_glass].map(({ length }) => length),
      [2, 2, 1, 1],
    );
  });
});

function read(page: string): Promise<string> {
  return readFile(join(ROOT, page), "utf8");
}

function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, kind = "", text = ""]) => ({
    kind,
    text,
  }));
}

/** A piece of a file stands in one that has a version and the environments it speaks of. */
function assertReads(text: string): void {
  const version = keyed("version").test(text) ? "" : "version: 1\n";
  const environments = keyed("environments").test(text) ? "" : AROUND;
  const parsed = parsePolicy(version + environments + text);
  assert.ok(parsed.ok, parsed.ok ? "" : `${parsed.faults.join("\n")}\nin\n${text}`);
}

function keyed(key: string): RegExp {
  return new RegExp(`^${key}:`, "m");
}

/** The keys of every mapping with fixed keys, at any depth. */
function keysIn(schema: unknown): Set<string> {
  if (typeof schema !== "object" || schema === null) return new Set();
  const own = "properties" in schema && schema.properties instanceof Object ? schema.properties : {};
  return new Set([...Object.keys(own), ...Object.values(schema).flatMap((inner) => [...keysIn(inner)])]);
}
