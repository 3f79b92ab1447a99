import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { test } from "node:test";
import { circlesIn, type SourceFile } from "./circles.ts";

const ROOT = resolve(import.meta.dirname, "../..");

test("no file of src imports itself by way of others, types included", async () => {
  const files = await sources(join(ROOT, "src"));
  assert.ok(files.length > 400, `only ${files.length} files were read`);
  assert.deepEqual(circlesIn(files), []);
});

test("a circle is found that only types close, and one by name and path", () => {
  const files = [
    { path: "src/store/a.ts", text: 'import type { B } from "./b.ts";\nexport type A = B;\n' },
    {
      path: "src/store/b.ts",
      text: 'import {\n  type A,\n} from "#store/a.ts";\nexport type B = import("./c.ts").C;\n',
    },
    { path: "src/store/c.ts", text: 'export type C = 1;\nimport "./d.ts";\n' },
    { path: "src/store/d.ts", text: 'import { c } from "./c.ts";\nexport const d = c;\n' },
    { path: "src/store/e.ts", text: 'import type { A } from "./a.ts";\nexport type E = A;\n' },
  ];
  assert.deepEqual(circlesIn(files), [
    ["src/store/a.ts", "src/store/b.ts"],
    ["src/store/c.ts", "src/store/d.ts"],
  ]);
});

async function sources(root: string): Promise<SourceFile[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && /\.[jt]s$/.test(entry.name));
  return Promise.all(
    files.map(async ({ parentPath, name }) => {
      const file = join(parentPath, name);
      return { path: relative(ROOT, file), text: await readFile(file, "utf8") };
    }),
  );
}
