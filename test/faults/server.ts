import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { type EmbeddedConnection, startEmbedded } from "../../src/store/embedded.ts";
import { migrate } from "../../src/store/migrate.ts";

/** A PostgreSQL for one long run, outside the test runner. */
export type Server = { createDatabase(name: string): Promise<EmbeddedConnection>; stop(): Promise<void> };

/** Starts it; what it keeps does not survive the machine, which no fault here is about. */
export async function startServer(): Promise<Server> {
  const dataDir = await mkdtemp(join(tmpdir(), "greenlight-faults-database-"));
  const settings = { fsync: "off", full_page_writes: "off", max_connections: "300" };
  const embedded = await startEmbedded({ dataDir, log: () => undefined, settings });
  return {
    createDatabase: async (name) => {
      const client = new pg.Client(embedded.connection);
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      const connection = { ...embedded.connection, database: name };
      await migrate(connection);
      return connection;
    },
    stop: async () => {
      await embedded.stop();
      await rm(embedded.directory, { recursive: true, force: true });
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
