import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { inspectRoot } from "#policy/terraform/root.ts";
import { reasonWithoutTerraform, runTerraform } from "#test/support/terraform.ts";

/** How many made-up files are held against terraform; more in a long run. */
const ROUNDS = Number(process.env["GREENLIGHT_READING_ROUNDS"] ?? 24);

/** A provisioner terraform does not have: when terraform sees it, it says so. */
const MARKED = 'resource "terraform_data" "marked" {\n  provisioner "marker" {}\n}\n';

/** Files in which the marked block stands where only an exact reader knows whether it counts. */
const written: Record<string, string> = {
  plain: MARKED,
  "behind a # comment": `# \n${MARKED}`,
  "in a # comment": `# ${MARKED.replaceAll("\n", " ")}\n`,
  "behind a // comment with a quote": `// "\n${MARKED}`,
  "in a /* comment": `/* ${MARKED} */\n`,
  "behind a comment that looks open": `/* /* */\n${MARKED}`,
  "behind /*/": `/*/ */\n${MARKED}`,
  "in a heredoc": `locals {\n  a = <<EOT\n${MARKED}EOT\n}\n`,
  "behind a heredoc": `locals {\n  a = <<EOT\nx\nEOT\n}\n${MARKED}`,
  "behind an indented heredoc": `locals {\n  a = <<-EOT\n   x\n   EOT\n}\n${MARKED}`,
  "behind a heredoc with an indented marker": `locals {\n  a = <<EOT\n   x\n   EOT  \n}\n${MARKED}`,
  "behind a marker that is none": `locals {\n  a = <<EOT\nEOT x\n EOTx\n\${"y"} EOT\n${MARKED}EOT\n}\n`,
  "behind a heredoc in a heredoc's template": `locals {\n  a = <<EOT\n\${<<EOT\nx\nEOT\n}\nEOT\n}\n${MARKED}`,
  "in a heredoc behind an escaped template": `locals {\n  a = <<EOT\n$\${<<EOT\n${MARKED}EOT\n}\n`,
  "behind a quoted brace": `locals {\n  a = "}"\n}\n${MARKED}`,
  "behind an escaped quote": `locals {\n  a = "\\""\n}\n${MARKED}`,
  "behind escaped backslashes": `locals {\n  a = "\\\\"\n}\n${MARKED}`,
  "behind a quote in a template": `locals {\n  a = "\${"\${"}"}"}"\n}\n${MARKED}`,
  "behind an escaped template": `locals {\n  a = "$\${"\n}\n${MARKED}`,
  "behind a doubly escaped template": `locals {\n  a = "$$\${"\n}\n${MARKED}`,
  "behind %{ and %%{": `locals {\n  a = "%%{ %{ if true }x%{ endif }%"\n}\n${MARKED}`,
  "behind mixed signs": `locals {\n  a = "%\${1}$%{ if true }%{ endif }"\n}\n${MARKED}`,
  "behind a comment in a template": `locals {\n  a = "\${1 /* }" */ }"\n}\n${MARKED}`,
  "behind lines in a template": `locals {\n  a = "\${\n1 # "\n}"\n}\n${MARKED}`,
  "with labels as words": MARKED.replace('"terraform_data" "marked"', "terraform_data marked").replace(
    '"marker"',
    "marker",
  ),
  "with escapes in labels": MARKED.replace('"marker"', '"\\u006darker"'),
  "with comments between": MARKED.replace('resource "', 'resource /* { */ "').replace(
    "provisioner",
    "provisioner /* x */",
  ),
  "with windows lines": MARKED.replaceAll("\n", "\r\n"),
  "with a byte order mark": `\ufeff${MARKED}`,
  "without a last line break": MARKED.trimEnd(),
  "behind a lone carriage return": `# x\r${MARKED}`,
  "in a lone carriage return's comment": `# x\rresource "terraform_data" "marked" { provisioner "marker" {} }\n`,
  "behind an object with quoted keys": `locals {\n  a = { "}" = 1, b : "{", (1) = [] }\n}\n${MARKED}`,
  "behind an operator and brackets": `locals {\n  a = (1 +\n 2) - [3,\n4][0]\n}\n${MARKED}`,
  "behind a heredoc in a call": `locals {\n  a = join("", [<<A\n)\nA\n  , "x"])\n}\n${MARKED}`,
  "in an unclosed text": `locals {\n  a = "\n${MARKED}`,
  "behind a vertical tab": `\u000b${MARKED}`,
  "with a wide space": MARKED.replace(" {", "\u00a0{"),
  "as a dynamic block": MARKED.replace(
    'provisioner "marker" {}',
    'dynamic "provisioner" {\n for_each = [1]\n content {}\n}',
  ),
  "on one line": 'resource "terraform_data" "marked" { provisioner "marker" {} }\n',
  "when a resource is removed":
    'removed {\n  from = terraform_data.x\n  lifecycle {\n destroy = true\n}\n  provisioner "marker" {\n when = destroy\n}\n}\n',
  "in a text that says so": 'output "a" {\n  value = "provisioner \\"marker\\" {}"\n}\n',
};

const JSON_MARKED = '{"terraform_data": {"marked": {"provisioner": {"marker": {}}}}}';
const writtenAsJson: Record<string, string> = {
  plain: `{"resource": ${JSON_MARKED}}`,
  "with the key twice": `{"resource": ${JSON_MARKED}, "resource": {"terraform_data": {"x": {}}}}`,
  "with the label twice": `{"resource": {"terraform_data": {"marked": {"provisioner": {"marker": {}}}}, "terraform_data": {"x": {}}}}`,
  "with lists on every level": `[{"resource": [{"terraform_data": [{"marked": [{"provisioner": [{"marker": [{}]}]}]}]}]}]`,
  "with escapes in keys": `{"res\\u006furce": {"terraform_data": {"marked": {"provisi\\u006fner": {"marker": {}}}}}}`,
  "as a comment": `{"//": {"resource": ${JSON_MARKED}}}`,
  "with a comment within": `{"resource": {"//": "x", "terraform_data": {"marked": {"//": {"provisioner": {}}}}}}`,
  "in a text": `{"locals": {"a": "resource provisioner marker"}}`,
  "under another case": `{"Resource": ${JSON_MARKED}}`,
  "as no JSON": `{"resource": ${JSON_MARKED},}`,
};

describe("what terraform itself sees in a file", { skip: reasonWithoutTerraform() }, () => {
  let folder = "";
  let count = 0;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "greenlight-reading-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Lets terraform and us read the same files; `sees` is null when terraform refuses them. */
  async function readBoth(files: Record<string, string>): Promise<{ sees: boolean | null; found: boolean }> {
    count += 1;
    const directory = join(folder, String(count));
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, name)), { recursive: true });
      await writeFile(join(directory, name), text);
    }
    const { code, stderr } = await runTerraform(directory, ["validate", "-no-color"]);
    const sees = /provisioner plugin "marker"/.test(stderr) ? true : code === 0 ? false : null;
    const root = inspectRoot(new Map(Object.entries(files)), {
      directory: "",
      startedIn: "",
      tests: "tests",
      inputs: { names: new Set(), files: [], mayHold: () => false },
      providers: [],
      hosts: [],
    });
    return { sees, found: root.ok ? root.findings.length > 0 : true };
  }

  /** `careful` names the files we refuse though terraform sees nothing in them; every other one must be read exactly. */
  async function check(
    cases: [name: string, files: Record<string, string>][],
    careful: string[] = [],
  ): Promise<void> {
    const tally = { seen: 0, unseen: 0, refused: 0, careful: [] as string[] };
    const work = [...cases];
    const judge = async ([name, files]: [string, Record<string, string>]): Promise<void> => {
      const { sees, found } = await readBoth(files);
      assert.ok(sees !== true || found, `${name}: terraform sees what we do not\n${JSON.stringify(files)}`);
      if (sees === null) tally.refused += 1;
      else if (sees) tally.seen += 1;
      else if (found) tally.careful.push(name);
      else tally.unseen += 1;
    };
    const worker = async (): Promise<void> => {
      for (let next = work.pop(); next !== undefined; next = work.pop()) await judge(next);
    };
    await Promise.all([worker(), worker(), worker()]);
    assert.deepEqual(tally.careful.toSorted(), careful.toSorted());
    // Both kinds must be there, or the comparison compares nothing.
    assert.ok(tally.seen > 0 && tally.unseen > 0, JSON.stringify(tally));
    if (ROUNDS > 100) process.stdout.write(`${JSON.stringify(tally)}\n`);
  }

  it("is found by us too, in HCL", () =>
    check(
      Object.entries(written).map(([name, text]) => [name, { "main.tf": text }]),
      // The second runs when it is applied; validate only does not look for its plugin.
      ["in a lone carriage return's comment", "when a resource is removed"],
    ));

  it("is found by us too, in JSON", () =>
    check(Object.entries(writtenAsJson).map(([name, text]) => [name, { "main.tf.json": text }])));

  it("is found by us too, whatever the file is called", () =>
    check(
      [
        "a.tf",
        "override.tf",
        "x_override.tf",
        ".a.tf",
        "a.tf~",
        "#a.tf#",
        "#a.tf",
        "a.TF",
        "a.tf.bak",
        "sub/a.tf",
      ].map((name) => [name, { "base.tf": "locals {}\n", [name]: MARKED }]),
    ));

  it("is found by us too, in files that are made up to mislead", () => check(madeUp(ROUNDS)));
});

/** Files from pieces that open, close and escape texts, templates, comments and heredocs; the same for the same number. */
function madeUp(rounds: number): [string, Record<string, string>][] {
  const atoms = [
    '"',
    '\\"',
    "\\\\",
    "${",
    "}",
    "$${",
    "%{ if true }",
    "%{ endif }",
    "%%{",
    "$",
    "%",
    "#",
    "//",
    "/*",
    "*/",
  ].concat([
    "\n",
    "<<EOT\n",
    "\nEOT\n",
    "EOT",
    "{",
    "1",
    " ",
    "\r\n",
    "=",
    `\n${MARKED}`,
    `\n${MARKED}`,
    '${"',
    '"}',
    "'",
    "(",
    ")",
  ]);
  const frames = [
    ['locals {\n  a = "', '"\n}\n'],
    ["locals {\n  a = <<EOT\n", "\nEOT\n}\n"],
    ["locals {\n  a = <<-EOT\n", "\n  EOT\n}\n"],
    ["/* ", " */\n"],
    ["# ", "\n"],
    ['locals {\n  a = "${', '}"\n}\n'],
    ["locals {\n  a = [", "]\n}\n"],
    ["", "\n"],
  ];
  let seed = 20_261_123;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  return Array.from({ length: rounds }, (_, index) => {
    let text = "";
    for (let part = 0; part <= random(3); part += 1) {
      const [open = "", close = ""] = frames[random(frames.length)] ?? [];
      const middle = Array.from({ length: random(5) }, () => atoms[random(atoms.length)] ?? "").join("");
      text += open + middle + close;
    }
    if (random(2) === 0) text += MARKED;
    // Names of their own: terraform stops at a name that stands there twice, before it says what it saw.
    let names = 0;
    const name = (): string => {
      names += 1;
      return `n${names}`;
    };
    return [
      `made up ${index}`,
      { "main.tf": text.replaceAll(/ {2}a = /g, () => `  ${name()} = `).replaceAll(/marked/g, name) },
    ];
  });
}
