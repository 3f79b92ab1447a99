import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import type { RunSignals } from "#change/run-signals.ts";

/** What a node knows of its run: whose thread it is, and when to let go of it. */
export type NodeContext = { changeId: string; signals: RunSignals };

/** Reads the run's config; throws when a thread has no id, which is a fault of ours. */
export function nodeContext(
  config: LangGraphRunnableConfig,
  signalsOf: (changeId: string) => RunSignals,
): NodeContext {
  const changeId: unknown = config.configurable?.["thread_id"];
  if (typeof changeId !== "string")
    throw new Error("The graph was run without a thread_id: pass one in configurable.");
  return { changeId, signals: signalsOf(changeId) };
}
