import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { z } from "zod";
import { runs } from "#test/faults/runs.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const FOLDER = join(ROOT, ".github/workflows");

const Workflow = z.object({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: z.object({ contents: z.literal("read") }),
  jobs: z.record(
    z.string(),
    z.looseObject({
      "timeout-minutes": z.number().max(60),
      strategy: z
        .object({ matrix: z.record(z.string(), z.array(z.union([z.string(), z.number()]))) })
        .loose(),
      steps: z.array(z.looseObject({ uses: z.string().optional(), run: z.string().optional() })),
    }),
  ),
});

const manifest = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")));

const workflows = readdirSync(FOLDER).map((file) => {
  const text = readFileSync(join(FOLDER, file), "utf8");
  return { file, text, workflow: Workflow.parse(parse(text)) };
});

describe("the workflows", () => {
  for (const { file, text, workflow } of workflows) {
    const jobs = Object.values(workflow.jobs);

    it(`${file} runs only scripts and long runs there are`, () => {
      const named = [...text.matchAll(/\bnpm run ([\w:-]*\w)/g)].map(([, name = ""]) => name);
      assert.deepEqual(
        named.filter((name) => !Object.hasOwn(manifest.scripts, name)),
        [],
      );
      const faults = [...text.matchAll(/npm run faults -- ([\w-]+)/g)].map(([, name = ""]) => name);
      assert.deepEqual(
        faults.filter((name) => !Object.hasOwn(runs, name)),
        [],
      );
    });

    it(`${file} takes every action by its major version`, () => {
      const used = jobs.flatMap(({ steps }) =>
        steps.flatMap(({ uses }) => (uses === undefined ? [] : [uses])),
      );
      assert.ok(used.length > 0);
      for (const one of used) assert.match(one, /^[\w-]+\/[\w-]+@v\d+$/);
    });
  }

  it("check runs on push and pull request, on Node 22 and 24 by PostgreSQL 15 and 18", () => {
    const check = workflows.find(({ file }) => file === "check.yml");
    assert.ok(check);
    assert.deepEqual(Object.keys(check.workflow.on), ["push", "pull_request"]);
    const [job] = Object.values(check.workflow.jobs);
    assert.deepEqual(job?.strategy.matrix, { node: [22, 24], postgres: [15, 18] });
    assert.ok(job.steps.some(({ run }) => run === "npm run check"));
  });

  it("the long runs run each night, as many as there are runs", () => {
    const nightly = workflows.find(({ file }) => file === "nightly.yml");
    assert.ok(nightly && "schedule" in nightly.workflow.on);
    const lines = Object.values(nightly.workflow.jobs).flatMap(
      ({ strategy }) => strategy.matrix["run"] ?? [],
    );
    for (const one of ["crashes", "random-kills", "clicks", "fuzz", "hostile"])
      assert.ok(
        lines.some((line) => `${line} `.includes(` ${one} `)),
        one,
      );
  });
});

describe("what people are told to run", () => {
  for (const page of ["README.md", "CONTRIBUTING.md", "docs/architecture.md"]) {
    it(`is there, as ${page} names it`, () => {
      const text = readFileSync(join(ROOT, page), "utf8");
      const named = [...text.matchAll(/npm run (?:-s )?([\w:-]*\w)/g)].map(([, name = ""]) => name);
      assert.deepEqual(
        named.filter((name) => !Object.hasOwn(manifest.scripts, name)),
        [],
      );
    });
  }
});
