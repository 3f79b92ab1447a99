import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import pg from "pg";
import { type Embedded, type EmbeddedConnection, startEmbedded } from "#store/embedded/embedded.ts";

/** Nothing a test writes has to survive a power cut. */
const FAST_SETTINGS = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  max_connections: "300",
};

/** A database of one test file; `config` fits `pg`. */
export type TestDatabase = { config: EmbeddedConnection; drop(): Promise<void> };

/** Brings an empty database to the current version. */
export type Migrate = (config: EmbeddedConnection) => Promise<unknown>;

let server: Promise<{ embedded: Embedded; remove: () => Promise<void> }> | undefined;
const templates = new Map<Migrate, Promise<string>>();
let counter = 0;

after(async () => {
  const running = server;
  server = undefined;
  templates.clear();
  await (await running)?.remove();
});

/** The one PostgreSQL of this test run: started when first asked for, stopped after the last test. */
export async function sharedServer(): Promise<Embedded> {
  server ??= start();
  return (await server).embedded;
}

/** A fresh database, cloned from a template that `migrate` filled once per run (30 ms instead of half a second). */
export async function createDatabase(options: { migrate: Migrate }): Promise<TestDatabase> {
  const { connection } = await sharedServer();
  const template = await (templates.get(options.migrate) ?? makeTemplate(connection, options.migrate));
  const config = await makeDatabase(connection, `test_${++counter}`, template);
  return {
    config,
    drop: () => asAdmin(connection, `drop database if exists ${config.database} with (force)`),
  };
}

async function start(): Promise<{ embedded: Embedded; remove: () => Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), "greenlight-test-"));
  const embedded = await startEmbedded({ dataDir, log: () => undefined, settings: FAST_SETTINGS });
  const atExit = () => killAtExit(embedded, dataDir);
  process.once("exit", atExit);
  const remove = async () => {
    process.off("exit", atExit);
    await embedded.stop();
    await rm(embedded.directory, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  };
  return { embedded, remove };
}

/** The run ended without its last hook: nothing may be left running, or lying about. */
function killAtExit(embedded: Embedded, dataDir: string): void {
  try {
    process.kill(embedded.pid, "SIGQUIT");
  } catch {
    // It is gone already.
  }
  for (const path of [embedded.directory, dataDir]) {
    try {
      rmSync(path, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // The server was still writing; the directory is a temporary one.
    }
  }
}

function makeTemplate(connection: EmbeddedConnection, migrate: Migrate): Promise<string> {
  const made = (async () => {
    const config = await makeDatabase(connection, `template_${++counter}`, "template0");
    await migrate(config);
    return config.database;
  })();
  templates.set(migrate, made);
  return made;
}

async function makeDatabase(
  connection: EmbeddedConnection,
  name: string,
  template: string,
): Promise<EmbeddedConnection> {
  await asAdmin(connection, `create database ${name} template ${template}`);
  return { ...connection, database: name };
}

async function asAdmin(connection: EmbeddedConnection, sql: string): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
