import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";

const ROOT = resolve(import.meta.dirname, "../..");
const BIOME = join(ROOT, "node_modules/.bin/biome");

/** What each folder may import of ours; everything else must be refused. */
const ALLOWED: Record<string, string[]> = {
  change: [],
  observe: [],
  policy: ["change", "observe"],
  agents: ["change", "observe"],
  store: ["change", "observe"],
  slack: ["change", "observe"],
  http: ["change", "observe"],
  execution: ["change", "policy", "observe"],
  graph: ["change", "policy", "observe"],
  threads: ["change", "policy", "graph", "store", "execution", "observe"],
  playground: [],
};
const FOLDERS = Object.keys(ALLOWED);

/** Where each vendor package may be imported. */
const HOMES: Record<string, string[]> = {
  "@slack/bolt": ["slack"],
  "@anthropic-ai/sdk": ["agents"],
  "@anthropic-ai/sdk/helpers/zod": ["agents"],
  "@langchain/langgraph": ["graph", "store", "observe"],
  langsmith: ["observe"],
  pg: ["store"],
  fastify: ["http"],
  execa: ["execution", "store"],
  pino: ["observe"],
  ws: ["playground"],
  yaml: ["policy", "playground"],
};

/** One file of a planted tree, and the rule that must speak up about it, or null where none may. */
type Plant = { path: string; text: string; rule: string | null };

const ours = FOLDERS.flatMap((from) =>
  FOLDERS.filter((to) => to !== from).map((to) =>
    plantImport(from, `to-${to}`, `../${to}/one.ts`, ALLOWED[from]?.includes(to) ?? false),
  ),
);
const roots = FOLDERS.map((from) => plantImport(from, "to-root", "../config.ts", false));
const vendors = FOLDERS.flatMap((from) =>
  Object.entries(HOMES).map(([name, homes]) =>
    plantImport(from, `to-${name.replaceAll(/\W+/g, "-").replace(/^-/, "")}`, name, homes.includes(from)),
  ),
);
const others: Plant[] = [
  { path: "src/store/env.ts", text: "export const home = process.env;\n", rule: "noProcessEnv" },
  { path: "src/config.ts", text: "export const one = process.env;\n", rule: null },
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
    text: 'import { startSlack } from "../../src/playground/slack.ts";\nexport const one = startSlack;\n',
    rule: "noRestrictedImports",
  },
  { path: "src/store/long.ts", text: "export const one = 1;\n".repeat(251), rule: "noExcessiveLinesPerFile" },
];

describe("the import rules of the house", { timeout: 20_000 }, () => {
  let tree = "";
  let spoken: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  before(async () => {
    tree = await mkdtemp(join(tmpdir(), "greenlight-house-"));
    const targets = FOLDERS.map((name) => ({ path: `src/${name}/one.ts`, text: "export const one = 1;\n" }));
    await plant(tree, [...targets, ...ours, ...roots, ...vendors, ...others]);
    spoken = (await lint(tree)).spoken;
  });
  after(() => rm(tree, { recursive: true, force: true }));

  for (const from of FOLDERS) {
    const mine = [...ours, ...roots, ...vendors].filter(({ path }) => path.startsWith(`src/${from}/`));
    test(`${from} is refused every import that is not its own, and no other`, () => {
      const judged = mine.map(({ path }) => [path, spoken.get(path)?.has("noRestrictedImports") ?? false]);
      assert.deepEqual(
        judged,
        mine.map(({ path, rule }) => [path, rule !== null]),
      );
      assert.ok(mine.some(({ rule }) => rule !== null));
    });
  }

  test("the other rules of the house speak up where they are broken", () => {
    for (const { path, rule } of others) {
      if (rule === null) assert.equal(spoken.get(path)?.has("noProcessEnv") ?? false, false, path);
      else assert.ok(spoken.get(path)?.has(rule), `${path}: ${rule} is silent`);
    }
  });

  test("a tree that keeps the rules passes", async () => {
    const clean = await mkdtemp(join(tmpdir(), "greenlight-house-"));
    try {
      const targets = FOLDERS.map((name) => ({
        path: `src/${name}/one.ts`,
        text: "export const one = 1;\n",
      }));
      const kept = [...ours, ...vendors].filter(({ rule }) => rule === null);
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

async function plant(tree: string, files: readonly { path: string; text: string }[]): Promise<void> {
  await copyFile(join(ROOT, "biome.json"), join(tree, "biome.json"));
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
