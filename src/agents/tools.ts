import type Anthropic from "@anthropic-ai/sdk";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import type { z } from "zod";

/** Something the model may ask for on its way to the answer; `input` says what it has to name. */
export type Offer = { name: string; description: string; input: z.ZodType };

/** What the model may use, and how long it may go on before it answers. */
export type Tools = {
  offers: readonly Offer[];
  /** Of calls of the model: the last one gets an answer or none. */
  mostCalls: number;
  /** What it asked for, or a sentence why not; it rejects only when it is stopped. `input` keeps the offer's schema. */
  use(name: string, input: unknown): Promise<string>;
};

/** A turn in which the model asked for something: the turn as it has to come back, and what it asked for. */
export type ToolTurn = { content: Anthropic.ContentBlock[]; asked: readonly Asked[] };
type Asked = { id: string; name: string; input: unknown };
type Turned = { role: "assistant" | "user"; content: Anthropic.ContentBlockParam[] };

/** The turn of a whole message that stopped for tools. */
export function toolTurnOf({ content }: Anthropic.Message): ToolTurn {
  const asked = content.flatMap((block) =>
    block.type === "tool_use" ? [{ id: block.id, name: block.name, input: block.input }] : [],
  );
  return { content, asked };
}

/** Strict, so that the service itself holds the model to the schema. */
export function toolsParam(offers: readonly Offer[]): Anthropic.Tool[] {
  return offers.map(({ name, description, input }) => ({
    ...{ name, description, strict: true },
    input_schema: zodOutputFormat(input).schema as Anthropic.Tool.InputSchema,
  }));
}

/** The model's turn and what it asked for, one after the other; after `calls` of the model, whether any is left to look in. */
export async function answerTurn(tools: Tools, turn: ToolTurn, calls: number): Promise<Turned[]> {
  const results: Anthropic.ToolResultBlockParam[] = [];
  for (const asked of turn.asked) {
    const { isError, text } = calls + 1 < tools.mostCalls ? await use(tools, asked) : NO_MORE;
    const content = text === "" ? "(nothing)" : text.toWellFormed();
    results.push({
      type: "tool_result",
      tool_use_id: asked.id,
      content,
      ...(isError ? { is_error: true } : {}),
    });
  }
  return [
    // Unchanged: what the model thought is signed, and bound to what was said before it.
    { role: "assistant", content: turn.content },
    { role: "user", content: results },
  ];
}

/** The service refuses a call that may use no tool any more after it had some, so the model is told. */
const NO_MORE = {
  isError: true,
  text: "Nothing more can be looked at. Answer now, from what was seen, or ask what you have to know.",
};

async function use({ offers, use: useOffer }: Tools, { name, input }: Asked): Promise<typeof NO_MORE> {
  const offer = offers.find((one) => one.name === name);
  if (offer === undefined) {
    const names = offers.map((one) => one.name).join(", ");
    return { isError: true, text: `There is no such tool. There are: ${names}.` };
  }
  const parsed = offer.input.safeParse(input);
  if (parsed.success) return { isError: false, text: await useOffer(name, parsed.data) };
  const [issue] = parsed.error.issues;
  return {
    isError: true,
    text: `That is not how ${name} is used: ${issue?.path.join(".")}: ${issue?.message}`,
  };
}
