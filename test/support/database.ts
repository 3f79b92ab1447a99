import { randomUUID } from "node:crypto";
import { after, before } from "node:test";
import type { Change } from "#change/change.ts";
import { insertChange } from "#store/changes.ts";
import { type Database, openDatabase } from "#store/postgres/database.ts";
import { migrate } from "#store/postgres/migrate.ts";
import { createDatabase, type TestDatabase } from "./postgres.ts";

const SOMEBODY = { kind: "token", name: "somebody", role: "requester", slackId: null } as const;

/** Opens a migrated database of its own for the `describe` that calls this, before its tests, and drops it after them. */
export function useDatabase(opened: (database: Database, config: TestDatabase["config"]) => unknown): void {
  let scratch: TestDatabase;
  let database: Database;
  before(async () => {
    scratch = await createDatabase({ migrate });
    database = openDatabase(scratch.config);
    await opened(database, scratch.config);
  });
  after(async () => {
    await database.close();
    await scratch.drop();
  });
}

/** The row of a change that was just asked for; returns its id. */
export async function addChange(
  database: Database,
  given: Partial<Pick<Change, "requester" | "home" | "planOnly">> = {},
): Promise<string> {
  const id = randomUUID();
  const asked = { request: "x", requester: SOMEBODY, home: null, planOnly: false };
  await insertChange(database, { ...asked, ...given, id, idempotencyKey: id });
  return id;
}
