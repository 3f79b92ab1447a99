// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are terraform's templates, not ours.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { z } from "zod";
import { blocksOf } from "#policy/terraform/blocks.ts";
import { evaluate } from "#policy/terraform/values/evaluate.ts";
import { type Module, makeModule, makeWorld } from "#policy/terraform/values/scope.ts";
import { BELOW, ROOT_PATH, type Value } from "#policy/terraform/values/values.ts";
import { reasonWithoutTerraform, runTerraform } from "#test/support/terraform.ts";

/** How many made-up expressions are held against terraform; more in a long run. */
const ROUNDS = Number(process.env["GREENLIGHT_VALUES_ROUNDS"] ?? 150);

const FILES: Readonly<Record<string, string>> = {
  "x.txt": "x-file\n",
  "data.json": '{"a": "from json", "l": ["j1", "j2"], "o": {"k": "deep", "k": "deep twice"}, "n": 5}',
  "dir/one.txt": "1",
  "dir/sub/two.txt": "2",
  "m/main.tf": `variable "p" {}
variable "q" {
  default = "q-default"
}
locals {
  inner = "\${var.p}/\${var.q}"
}
output "safe" {
  value = { evil = var.p }
}
output "evil" {
  value = local.inner
}
output "place" {
  value = path.module
}
`,
  "base.tf": `variable "v" {
  default = "v-default"
}
variable "w" {
  type    = object({ a = string, b = optional(string, "b-optional") })
  default = { a = "w-a" }
}
locals {
  t = "local-t"
  l = ["l0", "l1", local.t]
  o = { k = "o-k", "2" = "o-2", other = { k = "nested" } }
  s = toset(["s2", "s1"])
  d = { for f in fileset(path.module, "dir/**") : f => upper(f) }
  n = null
}
module "m" {
  source = "./m"
  p      = local.l[1]
}
module "many" {
  for_each = { safe = "p-safe", evil = "p-evil" }
  source   = "./m"
  p        = each.value
  q        = each.key
}
`,
  "override.tf": 'locals {\n  t = "local-overridden"\n}\n',
};

describe("what an expression may turn out to be", { skip: reasonWithoutTerraform() }, () => {
  let folder = "";
  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), "greenlight-values-")));
    for (const [name, text] of Object.entries(FILES)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("holds what terraform makes of it", async (t) => {
    const written = [...plain, ...madeUp(ROUNDS)];
    // What cannot be worked out at all is no case; terraform says so at run time, and try catches it.
    const outputs = written
      .map((one, index) => `output "o${index}" {\n  value = try(${one}, null)\n}\n`)
      .join("");
    await writeFile(join(folder, "outputs.tf"), outputs);
    for (const args of [["init"], ["plan", "-out=plan"]]) {
      const { code, stderr } = await runTerraform(folder, [...args, "-no-color"]);
      assert.equal(code, 0, stderr.slice(0, 2_000));
    }
    const { stdout } = await runTerraform(folder, ["show", "-json", "plan"]);
    const Shown = z.object({
      planned_values: z.object({ outputs: z.record(z.string(), z.object({ value: z.unknown() })) }),
    });
    const { outputs: said } = Shown.parse(JSON.parse(stdout)).planned_values;
    const module = await readModules();
    const tally = { known: 0, unknown: 0, none: 0 };
    for (const [index, one] of written.entries()) {
      const actual = said[`o${index}`]?.value;
      const expr = blocksOf(`locals {\n  x = ${one}\n}\n`)[0]?.attributes[0]?.expr;
      assert.ok(expr !== undefined);
      module.world.left = 300_000;
      const value = evaluate(expr, { module, names: new Map(), isTemplate: false });
      if (actual === undefined || actual === null) tally.none += 1;
      else if (value.kind === "unknown") tally.unknown += 1;
      else {
        tally.known += 1;
        assert.ok(
          mayBe(value, actual, folder),
          `${one}\nis ${JSON.stringify(actual)}\nand was ${shown(value)}`,
        );
      }
    }
    t.diagnostic(JSON.stringify(tally));
    // Both kinds must be there, or the comparison compares nothing.
    assert.ok(tally.known > written.length / 3, JSON.stringify(tally));
  });

  async function readModules(): Promise<Module> {
    const files = new Map(Object.entries(FILES));
    const inputs = { values: new Map(), whoElse: () => null };
    const world = makeWorld({ root: "", startedIn: "", files, inputs });
    const read = async (name: string) => blocksOf(await readFile(join(folder, name), "utf8"));
    const root = makeModule("", [...(await read("base.tf")), ...(await read("override.tf"))], world);
    const called = makeModule("m", await read("m/main.tf"), world);
    for (const label of ["m", "many"]) {
      called.callers.push({ module: root, label });
      root.calls.get(label)?.modules.add(called);
    }
    return root;
  }
});

/** Whether terraform's value is one of those that were thought possible. */
function mayBe(value: Value, actual: unknown, folder: string): boolean {
  switch (value.kind) {
    case "texts":
      return (
        typeof actual !== "object" && value.texts.some((text) => patternOf(text, folder).test(String(actual)))
      );
    case "any":
      return value.options.some((one) => mayBe(one, actual, folder));
    case "list":
      return (
        Array.isArray(actual) &&
        actual.every((one) => one === null || value.items.some((item) => mayBe(item, one, folder)))
      );
    case "object":
      return (
        typeof actual === "object" &&
        actual !== null &&
        Object.entries(actual).every(([key, one]) => one === null || mayHold(value.entries, key, one, folder))
      );
    default:
      return value.kind === "unknown";
  }
}

function mayHold(entries: ReadonlyMap<string, Value>, key: string, one: unknown, folder: string): boolean {
  return [...entries].some(
    ([known, value]) => patternOf(known, folder).test(key) && mayBe(value, one, folder),
  );
}

function patternOf(text: string, folder: string): RegExp {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll(BELOW, "[^]+").replaceAll(ROOT_PATH, () => folder)}$`);
}

function shown(value: Value): string {
  return JSON.stringify(value, (_, one: unknown) => (one instanceof Map ? Object.fromEntries(one) : one));
}

/** Where only an exact reader knows what comes of it. */
const plain: readonly string[] = [
  'join("/../../", fileset(path.module, "dir/*"))',
  'merge({ "x.txt" = "safe" }, { for f in fileset(path.module, "*.txt") : f => "evil" })["x.txt"]',
  '{ 1 = "safe", (01) = "evil" }["1"]',
  '{ "\\u00e9" = "safe", "e\\u0301" = "evil" }["\\u00e9"]',
  'module.many["safe"].evil',
  "module.m.safe.evil",
  "module.m.place",
  "[for path in [{ module = local.t }] : path.module][0]",
  '"%{ for path in [{ module = "a" }] }${path.module}%{ endfor }"',
  "merge([local.o, { k = local.t }]...).k",
  "<<-EOT\n    a\n      b\n  EOT\n",
  "<<EOT\n${local.t}\nEOT\n",
  '"$${local.t} %%{ if } ${"${"x"}"}"',
  '"a ${~ " b " ~} c"',
  "local.l[*]",
  "local.o.other[*].k",
  "values(local.o)[0]",
  "keys(local.d)",
  "local.d",
  "[for k, v in local.o : k]",
  "[for i, v in local.l : i]",
  "[for v in local.s : v]",
  "var.w.b",
  "var.w",
  "coalesce(local.n, local.t)",
  "path.cwd",
  'abspath("x/../y")',
  "dirname(abspath(path.module))",
  "true ? local.l : []",
  "tolist(local.s)[0]",
  "element(local.l, 4)",
  'jsondecode(file("data.json")).o.k',
  'jsondecode(file("${path.module}/data.json"))',
  'lookup({ a = "b" }, "k", "c")',
  'lookup({ a = "b" }, "a", "c")',
  "flatten([local.l, [[local.t]]])",
  'join("-", flatten([tolist(local.s), local.l]))',
  'join("-", concat(tolist(local.s), local.l))',
  'basename(abspath("x/.."))',
  '"${abspath("x/..")}y"',
  '"${abspath("..")}y"',
  'split("/", "a/b")[0]',
  '-1 + 2 == 1 && !false ? "yes" : "no"',
  "local.l.0",
  "(local.l)[length(local.l) - 1]",
  "{ for v in local.l : v => v... }",
  "[for v in local.l : v if v != local.t]",
];

/** Expressions from pieces that hide, join, choose and fall back; the same for the same number. */
function madeUp(rounds: number): string[] {
  let seed = 20_261_130;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
  const leaves = [
    '"a"',
    '"b/c"',
    '"../d"',
    "local.t",
    "var.v",
    "local.o.k",
    "module.m.evil",
    "path.module",
    'file("x.txt")',
    '"k"',
    '"2"',
    'module.many["evil"].safe.evil',
  ];
  const names = ["x", "path", "local", "each", "module", "v"];
  const textOf = (depth: number): string => {
    if (depth <= 0) return pick(leaves);
    const text = () => textOf(depth - 1);
    const name = pick(names);
    return pick([
      () => `"${"${"}${text()}}-\${${text()}}"`,
      () =>
        `${pick(["upper", "lower", "trimspace", "chomp", "basename", "dirname", "tostring", "nonsensitive", "abspath", "pathexpand"])}(${text()})`,
      () => `(${text()} == ${text()} ? ${text()} : ${text()})`,
      () => `join(${text()}, ${listOf(depth - 1)})`,
      () => `format("%s/%s", ${text()}, ${text()})`,
      () => `coalesce(${text()}, ${text()})`,
      () => `try(${listOf(depth - 1)}[7], ${text()})`,
      () => `${listOf(depth - 1)}[${random(3)}]`,
      () => `element(${listOf(depth - 1)}, ${random(5)})`,
      () => `lookup(${objectOf(depth - 1)}, ${text()}, ${text()})`,
      () => `${objectOf(depth - 1)}[${text()}]`,
      () => `${objectOf(depth - 1)}.k`,
      () => `[for ${name} in ${listOf(depth - 1)} : ${name}][0]`,
      () => `[for ${name} in [{ module = ${text()}, t = ${text()} }] : ${name}.${pick(["module", "t"])}][0]`,
      () => `one([${text()}])`,
      () => `"%{ if ${text()} == ${text()} }${"${"}${text()}}%{ else }e%{ endif }"`,
      () => `(<<EOT\n${"${"}${text()}} b\nEOT\n)`,
    ])();
  };
  const listOf = (depth: number): string => {
    if (depth <= 0)
      return pick(["local.l", '["x", "y"]', "tolist(local.s)", 'tolist(fileset(path.module, "dir/**"))']);
    return pick([
      () => `[${textOf(depth - 1)}, ${textOf(depth - 1)}]`,
      () => `concat(${listOf(depth - 1)}, ${listOf(depth - 1)})`,
      () => `${pick(["reverse", "sort", "distinct", "compact"])}(${listOf(depth - 1)})`,
      () => `flatten([${listOf(depth - 1)}, ${listOf(depth - 1)}])`,
      () => `${pick(["keys", "values"])}({ for k, v in ${objectOf(depth - 1)} : k => tostring(v) })`,
      () => `[for i, v in ${listOf(depth - 1)} : "${"${"}i}${"${"}v}" if v != ${textOf(depth - 1)}]`,
      () => `values(${objectOf(depth - 1)})[*]`,
      () => `setunion(${listOf(depth - 1)}, ${listOf(depth - 1)})[*]`,
    ])();
  };
  const objectOf = (depth: number): string => {
    if (depth <= 0)
      return pick(['{ k = "o1", "2" = "o2" }', "local.d", '{ for f in local.l : f => "z${f}" }']);
    return pick([
      () => `{ k = ${textOf(depth - 1)}, (${textOf(depth - 1)}) = ${textOf(depth - 1)} }`,
      () => `merge(${objectOf(depth - 1)}, ${objectOf(depth - 1)})`,
      () =>
        `{ for k, v in ${objectOf(depth - 1)} : ${pick(["k", "v"])} => ${pick(["k", "v", "upper(v)"])} if k != ${textOf(depth - 1)} }`,
      () => `merge([${objectOf(depth - 1)}, ${objectOf(depth - 1)}]...)`,
      () =>
        `(${textOf(depth - 1)} == ${textOf(depth - 1)} ? ${objectOf(depth - 1)} : ${objectOf(depth - 1)})`,
    ])();
  };
  return Array.from({ length: rounds }, (_, index) => {
    const depth = 1 + (index % 4);
    return pick([textOf, textOf, listOf, objectOf])(depth);
  });
}
