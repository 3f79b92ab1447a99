import type { LookRows } from "#execution/looking/make-look.ts";
import { assertOwned } from "#store/leases.ts";
import { beginLook, findLooks, finishLook } from "#store/looks.ts";
import type { Sql } from "#store/postgres/database.ts";
import type { ThreadDeps } from "#threads/deps.ts";

/** The rows of looks, each written by the owner of its change alone, in a transaction that holds the lease. */
export function createLookRows({ database, leaseOf }: Pick<ThreadDeps, "database" | "leaseOf">): LookRows {
  const owned = <Done>(changeId: string, work: (sql: Sql) => Promise<Done>): Promise<Done> =>
    database.transaction(async (sql) => {
      await assertOwned(sql, leaseOf(changeId));
      return work(sql);
    });
  return {
    begin: (key, command) => owned(key.changeId, (sql) => beginLook(sql, key, command)),
    find: (changeId, revision) => findLooks(database, changeId, revision),
    finish: async (key, attempt, end) => {
      if (!(await owned(key.changeId, (sql) => finishLook(sql, key, attempt, end))))
        throw new Error(`Look ${key.number} of change ${key.changeId} has an end already.`);
    },
  };
}
