import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import type pg from "pg";
import { takesNoWrites } from "#store/postgres/away.ts";
import type { Database } from "#store/postgres/database.ts";
import { assertOwned, type Lease } from "./leases.ts";

/** The checkpoint tables' own schema, beside our tables. Made with ours (postgres/own-schema.ts). */
export const GRAPH_SCHEMA = "greenlight_graph";

/**
 * LangGraph's checkpointer on our pool. Its tables are made by migrate(), never by itself: its setup() races. With
 * `leaseOf` every write is fenced like all others of an owner: the lease is looked at in the write's own transaction.
 */
export function createCheckpointer(database: Database, leaseOf?: (changeId: string) => Lease): PostgresSaver {
  const pool = leaseOf === undefined ? database.pool : fence(database.pool, leaseOf);
  return new PostgresSaver(pool, undefined, { schema: GRAPH_SCHEMA });
}

/**
 * Makes the checkpoint tables, or brings them to the library's version; never two at a time. The library's own
 * `create schema if not exists` is left out: it needs CREATE on the database also where the schema is there, so that a user
 * who had lost that right could not start.
 */
export async function setUpCheckpoints({ pool }: Database): Promise<void> {
  const connect = async (): Promise<Pick<pg.PoolClient, "query" | "release">> => {
    const client = await pool.connect();
    const query = (text: string, values?: unknown[]): Promise<pg.QueryResult> =>
      /^create schema if not exists /i.test(text) ? client.query("select 1") : client.query(text, values);
    return { query: query as pg.PoolClient["query"], release: (broken) => client.release(broken) };
  };
  await new PostgresSaver(withConnect(pool, connect), undefined, { schema: GRAPH_SCHEMA }).setup();
}

/**
 * The saver offers no place in its transactions, but it takes a client for each: there the commit is preceded by the look
 * at the lease. A second instance with an old epoch would otherwise fork the thread (measured: both chains succeed).
 */
function fence(pool: pg.Pool, leaseOf: (changeId: string) => Lease): pg.Pool {
  const connect = async (): Promise<Pick<pg.PoolClient, "query" | "release">> => {
    const client = await pool.connect();
    const written = new Set<string>();
    let isOfNoUse = false;
    const query = async (text: string, values?: unknown[]): Promise<pg.QueryResult> => {
      // The thread, which is the change, is the first value of every statement that writes.
      if (typeof values?.[0] === "string") written.add(values[0]);
      if (text === "COMMIT") for (const changeId of written) await assertOwned(client, leaseOf(changeId));
      return client.query(text, values).catch((error: unknown) => {
        isOfNoUse ||= takesNoWrites(error);
        throw error;
      });
    };
    // The saver says of no client that it is of no use.
    const release = (broken?: Error | boolean) => client.release(broken ?? isOfNoUse);
    return { query: query as pg.PoolClient["query"], release };
  };
  return withConnect(pool, connect);
}

/** The same pool, of which each client comes by another way. */
function withConnect(pool: pg.Pool, connect: () => Promise<unknown>): pg.Pool {
  return new Proxy(pool, {
    get: (target, name) => {
      if (name === "connect") return connect;
      const found: unknown = Reflect.get(target, name);
      return typeof found === "function" ? found.bind(target) : found;
    },
  });
}
