import pg from "pg";
import { isQueuedTooLong, NoConnectionError, takesNoWrites } from "./away.ts";
import { createReach, type Reach } from "./reach.ts";
import { createSockets } from "./sockets.ts";

/** Anything that runs SQL: the pool, or one client inside a transaction. */
export type Sql = {
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<pg.QueryResult<Row>>;
};

/** The database as the rest of the store sees it. */
export type Database = Sql & {
  /** The pool itself, for the checkpointer, which wants one. */
  pool: pg.Pool;
  reach: Reach;
  /** For what must not wait behind other statements, and is tried again soon: who renews a lease late loses its change. */
  urgent: Sql;
  /** Runs `work` in one transaction; a throw rolls it back and goes on up. */
  transaction<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
};

/** Statements running longer than this are a fault of ours, not patience. */
const STATEMENT_TIMEOUT_MS = 30_000;
/** A server that vanished without a word answers nothing any more, not even that a statement took too long. */
const SILENCE_MS = 5_000;

/**
 * An instance that freezes within a transaction holds the rows it locked: a change's, or the lock of all claims. The
 * server ends it then, so that another instance can take over within 10 s.
 */
const IDLE_IN_TRANSACTION_MS = 5_000;

/**
 * Connections of their own, few because each statement on them is short. One that is silently dead is given up soon; a
 * server that is only slow may still do what was asked there.
 */
const URGENT = {
  max: 3,
  connectionTimeoutMillis: 5_000,
  query_timeout: 2_000,
  statement_timeout: 5_000,
} as const;

/** Opens a pool. A connection cut by the server is an error of the query that meets it, never the process's end. */
export function openDatabase(
  config: pg.PoolConfig,
  onIdleError: (error: Error) => void = () => undefined,
): Database {
  const timeoutMs = Number(config.statement_timeout || STATEMENT_TIMEOUT_MS);
  const sockets = createSockets();
  const all = { keepAlive: true, application_name: "greenlight", onConnect: findOwnTables };
  const pool = new pg.Pool({
    ...all,
    max: 10,
    connectionTimeoutMillis: 10_000,
    statement_timeout: timeoutMs,
    query_timeout: timeoutMs + SILENCE_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    ...config,
    stream: sockets.stream,
  });
  const urgent = new pg.Pool({ ...all, ...config, ...URGENT, stream: sockets.stream });
  const reach = createReach();
  for (const one of [pool, urgent]) {
    one.on("error", onIdleError);
    // Measured: a backend killed while a client is checked out ends the process even with pool.on("error").
    one.on("connect", (client) => client.on("error", onIdleError));
  }
  return {
    pool,
    reach,
    urgent: { query: (text, values) => noticed(reach, query(urgent, text, values)) },
    query: (text, values) => noticed(reach, query(pool, text, values)),
    transaction: (work) => noticed(reach, transaction(pool, work)),
    close: () => sockets.end(() => Promise.all([pool.end(), urgent.end()])),
  };
}

/**
 * Every statement names its tables without a schema, and finds ours: nothing that anybody puts into `public` by one of our
 * names is seen. By a statement and not at the connection's start, because poolers refuse `options` there, and those of
 * DATABASE_URL would win over ours. A connection it failed on is given to nobody.
 */
async function findOwnTables(client: pg.ClientBase): Promise<void> {
  await client.query("set search_path = greenlight, pg_temp");
}

async function noticed<Result>(reach: Reach, work: Promise<Result>): Promise<Result> {
  const sinceMs = reach.now();
  try {
    const result = await work;
    reach.answered();
    return result;
  } catch (error) {
    reach.met(error, sinceMs);
    throw error;
  }
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw error instanceof Error && !isQueuedTooLong(error) ? new NoConnectionError(error) : error;
  }
}

async function query<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  text: string,
  values: unknown[] | undefined,
): Promise<pg.QueryResult<Row>> {
  const client = await connect(pool);
  let broken: Error | undefined;
  try {
    return await client.query<Row>(text, values);
  } catch (error) {
    broken = error instanceof Error ? error : new Error("The query failed", { cause: error });
    throw error;
  } finally {
    client.release(broken);
  }
}

async function transaction<Result>(pool: pg.Pool, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  const client = await connect(pool);
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch((failure: Error) => {
      broken = failure;
    });
    // Kept, it would meet every write with that, although a new one leads to the server that takes them.
    if (error instanceof Error && takesNoWrites(error)) broken = error;
    throw error;
  } finally {
    // A client whose rollback failed is in an unknown state: closed, not handed to the next one.
    client.release(broken);
  }
}
