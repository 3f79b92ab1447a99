import type { Change } from "#change/change.ts";
import { saysStopped } from "#change/how-far.ts";
import { isTakingBack } from "#change/operator.ts";
import { clearStop } from "#store/cancels.ts";
import { findChange } from "#store/changes.ts";
import { findAnswer } from "#store/decisions.ts";
import { findSteps } from "#store/journal.ts";
import { assertOwned, type Lease } from "#store/leases.ts";
import type { Sql } from "#store/postgres/database.ts";
import type { ThreadDeps } from "#threads/deps.ts";
import { ended, type RunResult, toState } from "#threads/running/carry.ts";
import { parkAtOperator } from "#threads/running/park.ts";
import { parkedAt } from "#threads/running/parked.ts";

type StopDeps = Pick<ThreadDeps, "database" | "graph" | "record" | "endOpenSteps">;

/**
 * Where a change comes to rest that somebody wants stopped, once nothing of it is running here: at its end when nothing of
 * it has run, else with an operator, who is told who stopped it and exactly how far it got. To be asked by its owner.
 */
export async function settleStopped(deps: StopDeps, lease: Lease): Promise<RunResult> {
  const { database, graph } = deps;
  const { changeId } = lease;
  if ((await findSteps(database, changeId)).length === 0)
    return { at: "end", status: "cancelled", error: null };
  await deps.endOpenSteps(changeId);
  const snapshot = await graph.getState({ configurable: { thread_id: changeId } });
  // It had come to its end before anybody could stop it.
  if (snapshot.tasks[0] === undefined) return ended(toState(snapshot.values));
  const parked = parkedAt(snapshot);
  if (parked?.gate === "operator" && (await findAnswer(database, changeId, parked.interruptId)) === null) {
    await database.transaction(async (sql) => {
      await assertOwned(sql, lease);
      await clearStop(sql, changeId);
      const { status } = await mustFind(sql, changeId);
      // Where the question stood already nothing else says that it is not being stopped any more.
      if (status === "needs_person") await deps.record(sql, changeId, { type: "status", status });
    });
    return { at: "gate", ...parked, notes: toState(snapshot.values).reviewNotes };
  }
  const change = await mustFind(database, changeId);
  const steps = await findSteps(database, changeId);
  const result = await parkAtOperator(deps, lease, saysStopped(change, steps), isTakingBack(change, steps));
  if (result === null)
    throw new Error(`Change ${changeId} was stopped, and a person cannot be asked about it.`);
  return result;
}

async function mustFind(sql: Sql, id: string): Promise<Change> {
  const change = await findChange(sql, id);
  if (change === null) throw new Error(`Change ${id} was claimed and is not there.`);
  return change;
}
