import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { execa } from "execa";
import { CEILINGS, Ceilings } from "./ceilings.ts";

/** A loop may look for work once more in the midst of it. */
const SLACK = 1.04;

describe("one change of five steps", { skip: process.platform === "win32" }, () => {
  it("takes no more statements, commits and processes than are recorded: `npm run bench -- --record` does that", async () => {
    const ceilings = Ceilings.parse(JSON.parse(await readFile(CEILINGS, "utf8")));
    // A process of its own: what other tests ask of their databases is not this change's.
    const { stdout } = await execa(process.execPath, [join(import.meta.dirname, "main.ts"), "--counts"], {
      timeout: 180_000,
    });
    const counts = Ceilings.parse(JSON.parse(stdout));
    for (const what of ["statements", "commits", "processes"] as const) {
      const most = Math.ceil(ceilings[what] * SLACK);
      assert.ok(
        counts[what] <= most,
        `${counts[what]} ${what}, and ${most} are the most: ${JSON.stringify(counts)}`,
      );
    }
  });
});
