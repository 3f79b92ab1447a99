import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import pg from "pg";
import { type Embedded, type EmbeddedConnection, startEmbedded } from "#store/embedded/embedded.ts";
import { claimRun } from "./claim-run.ts";

/** Nothing a test writes has to survive a power cut. */
const FAST_SETTINGS = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  max_connections: "300",
};

/**
 * `postgres://USER:PASSWORD@HOST:PORT/DATABASE` of a server to use instead of one of our own, as for another version of
 * PostgreSQL. Its user makes and drops databases, and it takes 300 connections.
 */
const OTHER_SERVER = process.env["GREENLIGHT_TEST_DATABASE_URL"];

/** A database of one test file; `config` fits `pg`. */
export type TestDatabase = { config: EmbeddedConnection; drop(): Promise<void> };

/** Brings an empty database to the current version. */
export type Migrate = (config: EmbeddedConnection) => Promise<unknown>;

type Server = { connection: EmbeddedConnection; remove: () => Promise<void> };

let server: Promise<Server> | undefined;
const templates = new Map<Migrate, Promise<string>>();
let counter = 0;

after(async () => {
  const running = server;
  server = undefined;
  templates.clear();
  await (await running)?.remove();
});

/** The one PostgreSQL of this test run: started when first asked for, stopped after the last test. */
async function sharedServer(): Promise<EmbeddedConnection> {
  server ??= OTHER_SERVER === undefined ? start() : other(new URL(OTHER_SERVER));
  return (await server).connection;
}

/** A fresh database, cloned from a template that `migrate` filled once per run (30 ms instead of half a second). */
export async function createDatabase(options: { migrate: Migrate }): Promise<TestDatabase> {
  const connection = await sharedServer();
  const template = await (templates.get(options.migrate) ?? makeTemplate(connection, options.migrate));
  const config = await makeDatabase(connection, `${PREFIX}test_${++counter}`, template);
  return {
    config,
    drop: () => asAdmin(connection, `drop database if exists ${config.database} with (force)`),
  };
}

/** Several runs may share another server, each with its names. */
const PREFIX = `greenlight_${process.pid}_`;

async function other(url: URL): Promise<Server> {
  const connection: EmbeddedConnection = {
    host: url.hostname,
    port: Number(url.port === "" ? 5432 : url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1),
  };
  return { connection, remove: () => dropAll(connection) };
}

/** What this run made; a server of somebody else's stays as it was. */
async function dropAll(connection: EmbeddedConnection): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>(
      "select datname from pg_database where starts_with(datname, $1)",
      [PREFIX],
    );
    for (const { datname } of rows) await client.query(`drop database if exists ${datname} with (force)`);
  } finally {
    await client.end();
  }
}

async function start(): Promise<Server> {
  claimRun();
  const dataDir = await mkdtemp(join(tmpdir(), "greenlight-test-"));
  const embedded = await startEmbedded({ dataDir, log: () => undefined, settings: FAST_SETTINGS });
  // As root it lies elsewhere.
  claimRun(embedded.directory);
  const atExit = () => killAtExit(embedded, dataDir);
  process.once("exit", atExit);
  const remove = async () => {
    process.off("exit", atExit);
    await embedded.stop();
    await rm(embedded.directory, { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  };
  return { connection: embedded.connection, remove };
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
    const config = await makeDatabase(connection, `${PREFIX}template_${++counter}`, "template0");
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
