import { overlaps } from "#policy/targets.ts";
import { deleteLaterLooks, findLookedAt, insertLaterLooks } from "#store/later-looks.ts";
import type { Sql } from "#store/postgres/database.ts";
import { keepStatesForADay } from "#store/sealed-files.ts";

/** A minute and ten minutes after the end: what an operator's tool takes back, and what a container needs to crash, comes within these. */
export const LATER_LOOKS_MS: readonly number[] = [60_000, 600_000];

/** Has a change that has just ended looked at again, and keeps what that is held against; in the transaction that ends it. */
export async function planLaterLooks(sql: Sql, changeId: string, afterMs: readonly number[]): Promise<void> {
  if (await insertLaterLooks(sql, changeId, afterMs)) await keepStatesForADay(sql, changeId);
}

/** A change takes these targets, so what earlier ones left there is meant to differ: they are not looked at any more. */
export async function endLooksOf(sql: Sql, targets: readonly string[]): Promise<void> {
  const pending = await findLookedAt(sql);
  const over = pending.filter((one) =>
    one.targets.some((their) => targets.some((ours) => overlaps(ours, their))),
  );
  if (over.length > 0)
    await deleteLaterLooks(
      sql,
      over.map(({ id }) => id),
    );
}
