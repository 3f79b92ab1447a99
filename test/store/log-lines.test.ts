import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { appendLines, findExcerpt } from "#store/log-lines.ts";
import type { Database } from "#store/postgres/database.ts";
import { addChange, useDatabase } from "#test/support/database.ts";

describe("the excerpt of a log", () => {
  let database: Database;
  useDatabase((opened) => {
    database = opened;
  });

  it("is its first and last lines, each once, and says how many are left out, those dropped as it ran too", async () => {
    const changeId = await addChange(database);
    const key = { changeId, revision: 1, step: 1, direction: "forward", attempt: 1 } as const;
    // 4 to 6 were dropped when it ran.
    const numbers = [1, 2, 3, 7, 8, 9, 10];
    const line = (number: number) => ({ number, stream: "out", text: "the same" }) as const;
    await appendLines(database, key, numbers.map(line));
    const excerpt = async (head: number, tail: number) => {
      const found = await findExcerpt(database, key, { head, tail });
      return [found.head.map(({ number }) => number), found.tail.map(({ number }) => number), found.omitted];
    };
    assert.deepEqual(await excerpt(2, 3), [[1, 2], [8, 9, 10], 5]);
    assert.deepEqual(await excerpt(4, 5), [[1, 2, 3, 7], [8, 9, 10], 3]);
    assert.deepEqual(await excerpt(10, 10), [numbers, [], 3]);
    assert.deepEqual(await excerpt(2, 0), [[1, 2], [], 8]);
    assert.deepEqual(await excerpt(0, 2), [[], [9, 10], 8]);
    const none = await findExcerpt(database, { ...key, step: 2 }, { head: 5, tail: 5 });
    assert.deepEqual(none, { head: [], tail: [], omitted: 0 });
  });
});
