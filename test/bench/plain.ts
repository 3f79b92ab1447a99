import { execFile } from "node:child_process";
import { promisify } from "node:util";
import Anthropic from "@anthropic-ai/sdk";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import { Annotation, END, START, StateGraph } from "@langchain/langgraph";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import type pg from "pg";
import type { z } from "zod";
import { type Plan, PlannerOutput } from "#change/plan.ts";
import { ReviewerOutput } from "#change/verdict.ts";
import type { Place } from "./place.ts";

const State = Annotation.Root({
  request: Annotation<string>,
  plan: Annotation<Plan | null>,
  approved: Annotation<boolean>,
  log: Annotation<string[]>({ reducer: (one, other) => [...one, ...other], default: () => [] }),
  status: Annotation<string | null>,
  result: Annotation<string | null>,
});

/**
 * The same job as the simplest program there is for it: a planner, a person's word, the commands, a reviewer, on the same
 * graph library and its own checkpointer. It promises nothing: no policy, preview, journal, lease, redaction or box.
 */
export async function createPlain(place: Place, pool: pg.Pool): Promise<() => Promise<void>> {
  const client = new Anthropic({ apiKey: place.model.apiKey, baseURL: place.model.baseUrl });
  const ask = async <Answer>(user: string, schema: z.ZodType<Answer>): Promise<Answer> => {
    const message = await client.messages.create({
      model: "claude-sonnet-5-5",
      max_tokens: 8_000,
      messages: [{ role: "user", content: user }],
      output_config: { format: zodOutputFormat(schema) },
    });
    const [block] = message.content;
    return schema.parse(JSON.parse(block?.type === "text" ? block.text : ""));
  };
  const run = promisify(execFile);
  const saver = new PostgresSaver(pool, undefined, { schema: "plain" });
  await saver.setup();
  const graph = new StateGraph(State)
    .addNode("planner", async ({ request }) => ({ plan: await ask(`Plan: ${request}`, PlannerOutput) }))
    .addNode("approval", async () => ({}))
    .addNode("executor", async ({ plan }) => {
      const log: string[] = [];
      for (const { tool, args } of plan?.plan ?? []) {
        const { stdout } = await run(`${place.binDir}/${tool}`, args, { timeout: 60_000 });
        log.push(stdout);
      }
      return { log, status: "done" };
    })
    .addNode("reviewer", async ({ log }) => {
      const { result } = await ask(`Review: ${log.join("\n")}`, ReviewerOutput);
      return { result };
    })
    .addEdge(START, "planner")
    .addEdge("planner", "approval")
    .addConditionalEdges("approval", ({ approved }) => (approved ? "executor" : END))
    .addEdge("executor", "reviewer")
    .addEdge("reviewer", END)
    .compile({ checkpointer: saver, interruptBefore: ["approval"] });
  return async () => {
    const config = { configurable: { thread_id: crypto.randomUUID() } };
    await graph.invoke({ request: "scale web", approved: false }, config);
    await graph.updateState(config, { approved: true });
    const { result } = await graph.invoke(null, config);
    if (result !== "approved") throw new Error(`The plain program ended with ${result}.`);
  };
}
