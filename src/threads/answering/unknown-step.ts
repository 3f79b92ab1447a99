import type { Change } from "#change/change.ts";
import type { Decide } from "#change/changes.ts";
import { attemptOf } from "#change/journal.ts";
import { operatorAnswers, unsettledStep } from "#change/operator.ts";
import { findSteps, mayStillRun, settleAttempt } from "#store/journal.ts";
import type { Sql } from "#store/postgres/database.ts";
import type { ThreadDeps } from "#threads/deps.ts";

/** What an answer says about a step nobody saw the end of: `settle` writes it, once the answer is the one that counts. */
export type Settlement = { ok: true; settle: () => Promise<void> } | { ok: false; reason: string };

/** Reads it, in the transaction of the answer; an answer that cannot be given about this step now is refused with a sentence. */
export async function readSettlement(
  sql: Sql,
  deps: Pick<ThreadDeps, "record">,
  change: Change,
  { gate, answer, by, round }: Decide,
): Promise<Settlement> {
  const nothing = { ok: true, settle: async () => undefined } as const;
  if (gate !== "operator") return nothing;
  const steps = await findSteps(sql, change.id);
  const offered = operatorAnswers(change, steps);
  if (!offered.includes(answer)) {
    return { ok: false, reason: `The answer ${answer} does not fit now; these do: ${offered.join(", ")}.` };
  }
  const open = unsettledStep(change, steps);
  if (open === null || (answer !== "happened" && answer !== "did_not_happen")) return nothing;
  const until = open.mayRunUntil;
  // Run again while the first still runs, it would run twice.
  if (answer === "did_not_happen" && until !== null && (await mayStillRun(sql, open))) {
    const host = open.host ?? "another machine";
    return {
      ok: false,
      reason: `Step ${open.step} may still be running on ${host} until ${until.toISOString().slice(0, 19)}Z, so nobody can say yet that it did not happen. Look there, and answer after that.`,
    };
  }
  return {
    ok: true,
    settle: async () => {
      if (!(await settleAttempt(sql, open, { answer, by, round })))
        throw new Error(`Step ${open.step} of ${change.id} was settled while it was being answered.`);
      const outcome = answer === "happened" ? "done" : "not run";
      await deps.record(sql, change.id, { type: "step_finished", ...attemptOf(open), outcome });
    },
  };
}
