import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { FOLDERS, PACKAGES } from "./folders.ts";
import { rulesFile } from "./rules.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const RULES = "test/house/imports.json";
const BIOME = join(ROOT, "node_modules/.bin/biome");

const NAMES = Object.keys(FOLDERS);
/** One specifier for each package of the table, as it is imported. */
const SPECIFIERS = PACKAGES.map(
  (name) => [name, name.startsWith("@") && !name.includes("/") ? `${name}/one` : name] as const,
);

/** One file of a planted tree, and the rule that must speak up about it, or null where none may. */
type Plant = { path: string; text: string; rule: string | null };

const ours = NAMES.flatMap((from) =>
  NAMES.filter((to) => to !== from).map((to) =>
    plantImport(
      from,
      `to-${nameOf(to)}`,
      `#${to}/one.ts`,
      isWithin(to, [from, ...(FOLDERS[from]?.ours ?? [])]),
    ),
  ),
);
const ups = NAMES.filter((from) => from !== "playground").flatMap((from) => [
  plantImport(from, "to-root", "../main.ts", false),
  plantImport(from, "to-neighbour", "../change/one.ts", false),
  plantImport(`${from}/wing`, "to-own-by-path", "../one.ts", false),
  plantImport(`${from}/wing`, "to-own", `#${from}/one.ts`, true),
]);
const vendors = NAMES.flatMap((from) =>
  SPECIFIERS.map(([name, specifier]) =>
    plantImport(
      from,
      `package-${nameOf(name).replace(/^-/, "")}`,
      specifier,
      FOLDERS[from]?.packages?.includes(name) ?? false,
    ),
  ),
);
const others: Plant[] = [
  { path: "src/store/env.ts", text: "export const home = process.env;\n", rule: "noProcessEnv" },
  { path: "src/config/config.ts", text: "export const one = process.env;\n", rule: null },
  { path: "src/store/default.ts", text: "export default 1;\n", rule: "noDefaultExport" },
  { path: "src/store/BigName.ts", text: "export const one = 1;\n", rule: "useFilenamingConvention" },
  { path: "src/store/talks.ts", text: 'console.log("one");\n', rule: "noConsole" },
  { path: "src/store/barrel.ts", text: 'export * from "./one.ts";\n', rule: "noBarrelFile" },
  { path: "src/store/bang.ts", text: "export const one = [1][0]!;\n", rule: "noNonNullAssertion" },
  { path: "src/store/any.ts", text: "export const one: any = 1;\n", rule: "noExplicitAny" },
  { path: "src/store/bare.ts", text: 'import "./one";\n', rule: "useImportExtensions" },
  { path: "src/store/cycle-a.ts", text: cycle("a", "b"), rule: "noImportCycles" },
  { path: "src/store/cycle-b.ts", text: cycle("b", "a"), rule: "noImportCycles" },
  { path: "src/store/tall.ts", text: tall(61), rule: "noExcessiveLinesPerFunction" },
  { path: "src/store/knot.ts", text: knot(6), rule: "noExcessiveCognitiveComplexity" },
  { path: "src/store/adrift.ts", text: "async function one() {}\none();\n", rule: "noFloatingPromises" },
  {
    path: "test/scenarios/own-slack.ts",
    text: 'import { startSlack } from "#playground/slack/slack.ts";\nexport const one = startSlack;\n',
    rule: "noRestrictedImports",
  },
  {
    path: "test/scenarios/up.ts",
    text: 'import * as one from "../up.ts";\nexport const two = one;\n',
    rule: "noRestrictedImports",
  },
  { path: "src/store/long.ts", text: "export const one = 1;\n".repeat(251), rule: "noExcessiveLinesPerFile" },
];

describe("the import rules of the house", { timeout: 20_000 }, () => {
  let tree = "";
  let spoken: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  before(async () => {
    tree = await mkdtemp(join(tmpdir(), "greenlight-house-"));
    const targets = NAMES.map((name) => ({ path: `src/${name}/one.ts`, text: "export const one = 1;\n" }));
    await plant(tree, [...targets, ...ours, ...ups, ...vendors, ...others]);
    spoken = (await lint(tree)).spoken;
  });
  after(() => rm(tree, { recursive: true, force: true }));

  for (const from of NAMES) {
    const mine = [...ours, ...ups, ...vendors].filter(({ path }) => path.startsWith(`src/${from}/`));
    test(`${from} is refused every import that is not its own, and no other`, () => {
      const judged = mine.map(({ path }) => [path, spoken.get(path)?.has("noRestrictedImports") ?? false]);
      assert.deepEqual(
        judged,
        mine.map(({ path, rule }) => [path, rule !== null]),
      );
      assert.ok(mine.some(({ rule }) => rule !== null));
    });
  }

  test("imports.json has the rules that the table says (npm run house writes them)", async () => {
    assert.equal(await readFile(join(ROOT, RULES), "utf8"), rulesFile());
  });

  test("no folder of src holds more than 30 files, and none of the playground more than 40", async () => {
    const crowded = await crowdedFolders(join(ROOT, "src"));
    assert.deepEqual(crowded, []);
  });

  test("every wing of a folder whose wings have rows has one", async () => {
    const wings = NAMES.filter((name) => name.includes("/"));
    for (const folder of new Set(wings.map((wing) => dirname(wing)))) {
      const entries = await readdir(join(ROOT, "src", folder), { withFileTypes: true });
      const found = entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${folder}/${name}`);
      assert.deepEqual(found.toSorted(), wings.filter((wing) => dirname(wing) === folder).toSorted());
    }
  });

  test("the other rules of the house speak up where they are broken", () => {
    for (const { path, rule } of others) {
      if (rule === null) assert.equal(spoken.get(path)?.has("noProcessEnv") ?? false, false, path);
      else assert.ok(spoken.get(path)?.has(rule), `${path}: ${rule} is silent`);
    }
  });

  test("a tree that keeps the rules passes", async () => {
    const clean = await mkdtemp(join(tmpdir(), "greenlight-house-"));
    try {
      const targets = NAMES.map((name) => ({
        path: `src/${name}/one.ts`,
        text: "export const one = 1;\n",
      }));
      const kept = [...ours, ...ups, ...vendors].filter(({ rule }) => rule === null);
      await plant(clean, [...targets, ...kept]);
      const { code, spoken: found } = await lint(clean);
      assert.deepEqual([...found.keys()], []);
      assert.equal(code, 0);
    } finally {
      await rm(clean, { recursive: true, force: true });
    }
  });
});

function plantImport(from: string, name: string, specifier: string, isAllowed: boolean): Plant {
  const text = `import * as one from "${specifier}";\nexport const two = one;\n`;
  return { path: `src/${from}/${name}.ts`, text, rule: isAllowed ? null : "noRestrictedImports" };
}

function nameOf(path: string): string {
  return path.replaceAll(/\W+/g, "-");
}

/** A folder that may be imported may be with all that is in it. */
function isWithin(path: string, allowed: readonly string[]): boolean {
  return allowed.some((one) => path === one || path.startsWith(`${one}/`));
}

function cycle(me: string, other: string): string {
  return `import { ${other} } from "./cycle-${other}.ts";\nexport const ${me} = (): unknown => ${other};\n`;
}

function tall(lines: number): string {
  return `export function one() {\n${"  Math.random();\n".repeat(lines)}}\n`;
}

/** Conditions inside each other: the n-th costs n. */
function knot(depth: number): string {
  return `export function one(a: boolean) {\n${"if (a) {\n".repeat(depth)}Math.random();\n${"}\n".repeat(depth)}}\n`;
}

/** Folders with more files than somebody finds their way in. */
async function crowdedFolders(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const counts = Map.groupBy(files, ({ parentPath }) => relative(root, parentPath));
  return [...counts]
    .filter(([path, { length }]) => length > (path.startsWith("playground") ? 40 : 30))
    .map(([path, { length }]) => `${path}: ${length}`);
}

async function plant(tree: string, files: readonly { path: string; text: string }[]): Promise<void> {
  await mkdir(join(tree, dirname(RULES)), { recursive: true });
  for (const file of ["biome.json", RULES]) await copyFile(join(ROOT, file), join(tree, file));
  await writeFile(join(tree, ".gitignore"), "node_modules/\n");
  for (const { path, text } of files) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), text);
  }
}

/** Which rules speak up about which file. */
async function lint(tree: string): Promise<{ code: number; spoken: Map<string, Set<string>> }> {
  const args = ["lint", ".", "--reporter=github", "--max-diagnostics=none", "--colors=off"];
  const { code, out } = await new Promise<{ code: number; out: string }>((done) => {
    execFile(BIOME, args, { cwd: tree, maxBuffer: 32 * 1_024 * 1_024 }, (error, stdout, stderr) => {
      done({ code: typeof error?.code === "number" ? error.code : 0, out: stdout + stderr });
    });
  });
  // A clean tree prints nothing; a fault in biome.json exits with 1 and names no file.
  assert.ok(code === 0 || /^::/m.test(out), `Biome did not run: ${out.slice(0, 2_000)}`);
  const spoken = new Map<string, Set<string>>();
  for (const [, rule = "", file = ""] of out.matchAll(/^::\w+ title=lint\/\w+\/(\w+),file=([^,]+),/gm)) {
    const path = file.slice(file.search(/(?:src|test)\//));
    spoken.set(path, (spoken.get(path) ?? new Set()).add(rule));
  }
  return { code, spoken };
}
