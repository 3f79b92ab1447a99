import { overlaps } from "#policy/targets.ts";
import { findLeftOpen, markOpenHere } from "#store/left-open.ts";
import type { Sql } from "#store/postgres/database.ts";

/**
 * Writes which changes have run on these targets, lost them and still wait for a person, so that the card says what stands
 * open there.
 */
export async function noteOpenHere(sql: Sql, changeId: string, targets: readonly string[]): Promise<void> {
  const open = await findLeftOpen(sql, changeId);
  const here = open.filter((one) =>
    one.targets.some((their) => targets.some((ours) => overlaps(ours, their))),
  );
  await markOpenHere(
    sql,
    changeId,
    here.map((one) => one.changeId),
  );
}
