import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import type { RunSignals } from "#change/run-signals.ts";
import { type Span, spansUnder } from "#observe/spans.ts";

/** What a node knows of its run: whose thread it is, when to let go of it, and how parts of its work show in the trace. */
export type NodeContext = { changeId: string; signals: RunSignals; span: Span };

/** Reads the run's config; throws when a thread has no id, which is a fault of ours. */
export function nodeContext(
  config: LangGraphRunnableConfig,
  signalsOf: (changeId: string) => RunSignals,
): NodeContext {
  const changeId: unknown = config.configurable?.["thread_id"];
  if (typeof changeId !== "string")
    throw new Error("The graph was run without a thread_id: pass one in configurable.");
  return { changeId, signals: signalsOf(changeId), span: spansUnder(config) };
}
