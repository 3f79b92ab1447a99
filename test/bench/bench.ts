import pg from "pg";
import { startCounting } from "./counting.ts";
import { createGreenlight } from "./greenlight.ts";
import { type Figures, measure, type Way } from "./measure.ts";
import { openPlace } from "./place.ts";
import { createPlain } from "./plain.ts";

/** Greenlight, and beside it the simplest program for the same job, in the same process on the same database. */
export async function bench(
  way: Way & { plain: boolean },
): Promise<{ greenlight: Figures; plain: Figures | null }> {
  await using closing = new AsyncDisposableStack();
  const place = await openPlace();
  closing.defer(() => place.close());
  const watch = await place.connect();
  closing.defer(() => watch.end());
  const from = { watch, postmaster: place.postmaster, counted: startCounting(new WeakSet([watch])) };
  const pool = new pg.Pool({ connectionString: place.databaseUrl });
  closing.defer(() => pool.end());
  const plain = way.plain ? await measure(await createPlain(place, pool), way, from) : null;
  const { run, stop } = await createGreenlight(place, watch);
  closing.defer(stop);
  return { plain, greenlight: await measure(run, way, from) };
}
