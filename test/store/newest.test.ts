import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Cursor } from "#change/listed.ts";
import { newestOf } from "#store/newest.ts";

const isNewer = (one: Cursor, other: Cursor) =>
  one.micros > other.micros || (one.micros === other.micros && one.id > other.id);
const newestFirst = (places: readonly Cursor[]) => places.toSorted((a, b) => (isNewer(a, b) ? -1 : 1));

/** A reader of these sources that counts what it reads. */
function createRead(counted: { rows: number; rounds: number }) {
  return async (parts: readonly { source: Cursor[]; after: Cursor | null; most: number }[]) => {
    counted.rounds += 1;
    return parts.map(({ source, after, most }) => {
      const rest = source.filter((place) => after === null || isNewer(after, place)).slice(0, most);
      counted.rows += rest.length;
      return rest;
    });
  };
}

describe("the newest of several sources", () => {
  it("are those of all of them together, however they are spread, page by page", async () => {
    for (let round = 0; round < 300; round += 1) {
      const sources = Array.from({ length: 1 + (round % 13) }, (_, source) =>
        newestFirst(
          Array.from({ length: (round * 7 + source * 31) % 60 }, (_, place) => ({
            // Some at one moment, and some in two sources.
            micros: (place * (source + 1) * 17) % (round % 3 === 0 ? 10 : 1_000),
            id: String((place + source * 40) % 400),
          })).filter(({ id }, index, all) => all.findIndex((one) => one.id === id) === index),
        ),
      );
      const unique = new Map(
        newestFirst(sources.flat())
          .toReversed()
          .map((place) => [place.id, place]),
      );
      const disagree = sources.flat().some(({ id, micros }) => unique.get(id)?.micros !== micros);
      if (disagree) continue;
      const all = newestFirst([...unique.values()]);
      const limit = 1 + (round % 20);
      const counted = { rows: 0, rounds: 0 };
      const first = await newestOf(sources, { limit, after: null }, createRead(counted));
      assert.deepEqual(first, all.slice(0, limit));
      const after = first.at(-1) ?? null;
      if (first.length < limit) continue;
      const second = await newestOf(sources, { limit, after }, createRead(counted));
      assert.deepEqual(second, all.slice(limit, 2 * limit));
    }
  });

  it("cost a few rows for each that is wanted, also where all are in one source", async () => {
    const many = (from: number) =>
      Array.from({ length: 5_000 }, (_, place) => ({ micros: from - place, id: String(from - place) }));
    const sources = Array.from({ length: 50 }, (_, source) => many(1_000_000 * (source + 1)));
    const counted = { rows: 0, rounds: 0 };
    const found = await newestOf(sources, { limit: 101, after: null }, createRead(counted));
    assert.deepEqual(found, sources.at(-1)?.slice(0, 101));
    assert.ok(counted.rows <= 8 * 101, `${counted.rows} rows`);
    assert.ok(counted.rounds <= 6, `${counted.rounds} rounds`);
  });

  it("are none of no sources, without a look", async () => {
    const counted = { rows: 0, rounds: 0 };
    assert.deepEqual(await newestOf([], { limit: 5, after: null }, createRead(counted)), []);
    assert.equal(counted.rounds, 0);
  });
});
