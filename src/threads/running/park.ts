import type { Review } from "#change/verdict.ts";
import { clearStop } from "#store/cancels.ts";
import { assertOwned, type Lease } from "#store/leases.ts";
import type { ThreadDeps } from "#threads/deps.ts";
import type { RunResult } from "./carry.ts";
import { parkedAt } from "./parked.ts";

/**
 * Puts a change to an operator from wherever its thread stands; null when the thread does not get there. Nothing is run by
 * this: from there it only goes on with an operator's answer.
 */
export async function parkAtOperator(
  { database, graph }: Pick<ThreadDeps, "database" | "graph">,
  lease: Lease,
  notes: string,
  isBack: boolean,
): Promise<RunResult | null> {
  const config = { configurable: { thread_id: lease.changeId } };
  const values = { reviewResult: "needs_human", reviewNotes: notes, isTakingBack: isBack } as const;
  await graph.updateState(config, values, "reviewOutcome");
  await graph.invoke(null, { ...config, durability: "sync" });
  const parked = parkedAt(await graph.getState(config));
  if (parked === null || parked.gate !== "operator") return null;
  const review: Review = { result: "needs_human", notes, by: "greenlight" };
  await database.transaction(async (sql) => {
    await assertOwned(sql, lease);
    await sql.query("update changes set review = $2 where id = $1", [lease.changeId, JSON.stringify(review)]);
    await clearStop(sql, lease.changeId);
  });
  return { at: "gate", ...parked, notes };
}
