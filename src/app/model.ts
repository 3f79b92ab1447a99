import { createAsk } from "#agents/claude.ts";
import { listPrices } from "#agents/prices.ts";
import type { Agent, Ask, Asking } from "#agents/question.ts";
import type { ModelPrices } from "#change/model/prices.ts";
import type { RunSignals } from "#change/run-signals.ts";
import type { Config } from "#config/config.ts";
import { startModel } from "#playground/model/model.ts";
import { budgetWords, createBookFor } from "./model-budget.ts";
import type { Parts } from "./parts.ts";

/** The one way to ask the model, and for whom; `line` says whether it is real. */
export type Model = {
  ask: Ask;
  askingFor(changeId: string, agent: Agent, signals: RunSignals): Asking;
  line: string;
};

/** Claude, or the playground's stand-in. */
export async function openModel(parts: Parts): Promise<Model> {
  const { config, database, redactJson: redact, closing, log, askPace } = parts;
  const budget = { modelBudget: config.modelBudget, modelPrices: pricesOf(config) };
  const bookFor = createBookFor(database, budget, parts.userId);
  const askingFor: Model["askingFor"] = (changeId, agent, signals) => ({
    changeId,
    signals,
    book: bookFor(changeId, agent),
  });
  const common = { model: config.model.name, effort: config.effort, redact, log };
  if (config.model.kind === "real") {
    const { apiKey, baseUrl, name } = config.model;
    const line = `real, ${name}, ${budgetWords(budget)}`;
    return { ask: createAsk({ apiKey, baseUrl, ...common }, askPace), askingFor, line };
  }
  const model = await startModel();
  closing.push(() => model.close());
  const { apiKey, baseUrl } = model;
  return {
    ask: createAsk({ apiKey, baseUrl, ...common }, askPace),
    askingFor,
    line: "a stand-in that understands a handful of requests (set ANTHROPIC_API_KEY for Claude)",
  };
}

/** What was set; else the list's, which holds at the service's own address alone. Null: nobody has said. */
export function pricesOf({ model, modelPrices }: Pick<Config, "model" | "modelPrices">): ModelPrices | null {
  if (modelPrices !== null || model.kind !== "real" || model.baseUrl !== null) return modelPrices;
  return listPrices(model.name);
}
