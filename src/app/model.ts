import { type Ask, createAsk } from "#agents/claude.ts";
import { startModel } from "#playground/model/model.ts";
import { type BookFor, budgetWords, createBookFor } from "./model-budget.ts";
import type { Parts } from "./parts.ts";

/** The one way to ask the model, and what its calls are booked with; `line` says whether it is real. */
export type Model = { ask: Ask; bookFor: BookFor; line: string };

/** Claude, or the playground's stand-in. */
export async function openModel({ config, database, redactJson: redact, closing }: Parts): Promise<Model> {
  const bookFor = createBookFor(database, config);
  if (config.model.kind === "real") {
    const { apiKey, baseUrl, name } = config.model;
    const line = `real, ${name}, ${budgetWords(config)}`;
    return { ask: createAsk({ apiKey, baseUrl, model: name, redact }), bookFor, line };
  }
  const model = await startModel();
  closing.push(() => model.close());
  const { apiKey, baseUrl } = model;
  return {
    ask: createAsk({ apiKey, baseUrl, model: config.model.name, redact }),
    bookFor,
    line: "a stand-in that understands a handful of requests (set ANTHROPIC_API_KEY for Claude)",
  };
}
