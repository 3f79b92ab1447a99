import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import type { Database } from "./database.ts";

/** The checkpoint tables' own schema, beside our tables. */
const GRAPH_SCHEMA = "greenlight_graph";

/** LangGraph's checkpointer on our pool. Its tables are made by migrate(), never by itself: its setup() races. */
export function createCheckpointer(database: Database): PostgresSaver {
  return new PostgresSaver(database.pool, undefined, { schema: GRAPH_SCHEMA });
}
