import type { Cursor } from "#change/listed.ts";

/** A source of places, and what of it is read next: the `most` newest after `after`. */
export type Part<Source> = { source: Source; after: Cursor | null; most: number };

/**
 * The newest `limit` places of all sources, each once. `read` answers each part with its places, the newest first, and
 * reads no row that it does not answer: a few of each source first, then twice as many of those that may have more among
 * the newest. Each source read to the limit took 5,000 pages for the 101 newest of 25 (measured).
 */
export async function newestOf<Source>(
  sources: readonly Source[],
  page: { limit: number; after: Cursor | null },
  read: (parts: readonly Part<Source>[]) => Promise<Cursor[][]>,
): Promise<Cursor[]> {
  const { limit, after } = page;
  const found = new Map<string, Cursor>();
  let most = Math.min(limit, Math.ceil((2 * limit) / Math.max(1, sources.length)));
  let parts = sources.map((source) => ({ source, after, most }));
  while (parts.length > 0) {
    const places = await read(parts);
    for (const place of places.flat()) found.set(place.id, place);
    const last = newestFirst(found)[limit - 1];
    most = Math.min(limit, 2 * most);
    parts = parts.flatMap((part, index) => {
      const end = places[index]?.[part.most - 1];
      const mayHaveMore = end !== undefined && (last === undefined || isNewer(end, last));
      return mayHaveMore ? [{ source: part.source, after: end, most }] : [];
    });
  }
  return newestFirst(found).slice(0, limit);
}

function newestFirst(found: ReadonlyMap<string, Cursor>): Cursor[] {
  return [...found.values()].sort((a, b) => (isNewer(a, b) ? -1 : 1));
}

function isNewer(one: Cursor, other: Cursor): boolean {
  return one.micros > other.micros || (one.micros === other.micros && one.id > other.id);
}
