import type { Config } from "#config/config.ts";
import type { GraphDeps } from "#graph/deps.ts";
import { type ChangeGraph, createGraph } from "#graph/graph.ts";
import { type At, watch } from "#observe/crash-points.ts";
import { createTracing } from "#observe/tracing.ts";
import { createCheckpointer } from "#store/checkpointer.ts";
import type { Lease } from "#store/leases.ts";
import type { Database } from "#store/postgres/database.ts";

/** The graph on its checkpointer, traced where that is wanted; `closing` gets what has to be closed again. */
export function openGraph(
  deps: GraphDeps,
  database: Database,
  how: { config: Config; redactJson: (text: string) => string; at: At; leaseOf: (changeId: string) => Lease },
  closing: (() => Promise<unknown>)[],
): ChangeGraph {
  const { at, redactJson, config } = how;
  const tracing = config.tracing === null ? null : createTracing(config.tracing, redactJson);
  closing.push(async () => tracing?.flush());
  const saver = watch(at, createCheckpointer(database, how.leaseOf), {
    put: "checkpoint put",
    putWrites: "checkpoint writes",
  });
  const graph = createGraph(deps, saver, tracing === null ? [] : [tracing.tracer]);
  return watch(at, graph, { updateState: "updateState", invoke: "invoke" });
}

/** What the start says of traces. */
export function tracesLine({ tracing }: Config): string {
  return tracing === null ? "Traces: none" : `Traces: LangSmith, ${tracing.endpoint ?? "its own address"}`;
}
