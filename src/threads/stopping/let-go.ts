import { lockChange } from "#store/approvals.ts";
import { findChange } from "#store/changes.ts";
import { isOwned } from "#store/leases.ts";
import { findOverdue } from "#store/left-open.ts";
import type { ThreadDeps } from "#threads/deps.ts";
import { takeAway } from "./unlock.ts";

/** What letting go is given. */
type LetGoDeps = Pick<ThreadDeps, "database" | "record" | "policy"> & {
  log: Pick<ThreadDeps["log"], "warn">;
};

/** Targets are free within this time of their end. */
const SWEEP_MS = 30_000;

/** Takes the targets from changes that nobody has answered for `deadlines.operator_minutes`, until it is stopped. */
export function startLettingGo(deps: LetGoDeps): { stop(): Promise<void> } {
  let sweeping = Promise.resolve();
  const sweep = (): Promise<void> =>
    letGo(deps).catch((error: unknown) =>
      deps.log.warn({ err: error }, "Targets that are to be free could not be looked for; trying again"),
    );
  const timer = setInterval(() => {
    sweeping = sweeping.then(sweep);
  }, SWEEP_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await sweeping;
    },
  };
}

/**
 * Lets go of every change that is overdue. Each stays asked, and has to take its targets again before anything more of it
 * runs, as after an unlock. One that somebody has just answered, and goes on, keeps them.
 */
export async function letGo({ database, record, policy }: Omit<LetGoDeps, "log">): Promise<void> {
  const by = { kind: "policy", version: policy.hash } as const;
  const minutes = policy.deadlines.operator_minutes;
  const reason = `Nobody has answered for ${minutes === 1 ? "one minute" : `${minutes} minutes`} (deadlines.operator_minutes).`;
  for (const id of await findOverdue(database))
    await database.transaction(async (sql) => {
      // Whoever carries it on writes under the same lock.
      const change = (await lockChange(sql, id)) ? await findChange(sql, id) : null;
      if (change?.status !== "needs_person" || (await isOwned(sql, id))) return;
      await takeAway(sql, record, id, { by, reason });
    });
}
