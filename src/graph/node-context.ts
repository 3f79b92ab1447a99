import type { LangGraphRunnableConfig } from "@langchain/langgraph";

/** What a node knows of its run: whose thread it is, and when to stop. */
export type NodeContext = { changeId: string; signal: AbortSignal };

/** Reads the run's config; throws when a thread has no id, which is a fault of ours. */
export function nodeContext(config: LangGraphRunnableConfig): NodeContext {
  const changeId: unknown = config.configurable?.["thread_id"];
  if (typeof changeId !== "string")
    throw new Error("The graph was run without a thread_id: pass one in configurable.");
  return { changeId, signal: config.signal ?? new AbortController().signal };
}
