import { randomBytes } from "node:crypto";
import { type InputTokens, type PromptCache, tokensOf } from "./cache.ts";
import type { ScriptedReply } from "./script.ts";
import type { Thinking } from "./thinking.ts";
import type { MessagesRequest } from "./wire.ts";
import { isObject, type Json } from "./wire-parts.ts";

/** How an answer ends: as the API names it, with the text that was produced until then. */
export type Ending = {
  stopReason: "end_turn" | "refusal" | NonNullable<ScriptedReply["stop_reason"]>;
  text: string;
  /** What a refusal says of itself. */
  details?: { category: string; explanation: string | null };
  /** Tokens of thinking before the text. */
  thinking?: number;
  /** What it wants to know first. */
  tools?: readonly { name: string; input: Json }[];
};

/** A message object as the API sends it, with token counts estimated from the texts. */
export function messageObject(
  request: MessagesRequest,
  ending: Ending,
  { cache, thinking }: { cache: PromptCache; thinking: Thinking },
): Json {
  const { stopReason, text, tools = [], details } = ending;
  const isSilent = text === "" && (stopReason === "refusal" || tools.length > 0);
  const said = isSilent ? [] : [{ type: "text", text, citations: null }];
  const thought = ending.thinking === undefined ? [] : [thinking.blockAfter(request.messages, "Let me see.")];
  const calls = tools.map((tool) => ({ type: "tool_use", id: newId("toolu"), ...tool }));
  if (thought.length > 0) thinking.remember(calls.map(({ id }) => id));
  return {
    id: newId("msg"),
    type: "message",
    role: "assistant",
    model: request.model,
    content: [...thought, ...said, ...calls],
    container: null,
    stop_reason: stopReason,
    stop_sequence: null,
    stop_details:
      stopReason === "refusal"
        ? { type: "refusal", ...(details ?? { category: null, explanation: null }) }
        : null,
    usage: usageOf(cache.count(request.body), tokensOf(text + JSON.stringify(tools)), ending.thinking ?? 0),
  };
}

/** The error object every refusal carries. */
export function errorObject(type: string, message: string, requestId: string): Json {
  return { type: "error", error: { type, message }, request_id: requestId };
}

/** An id with the API's look: `msg_01…`, `req_01…`, `toolu_01…`. */
export function newId(prefix: "msg" | "req" | "toolu"): string {
  return `${prefix}_01${randomBytes(11).toString("hex")}`;
}

/**
 * Makes an answer keep the schema, as structured outputs do: a required field the rules do not know is filled
 * with the schema's plainest value, a field the schema does not know is left out.
 */
export function fitToSchema(value: unknown, schema: unknown, root: unknown = schema): unknown {
  const shape = resolve(schema, root);
  if (value === undefined) return plainest(shape, root);
  const variants = shape["anyOf"];
  if (Array.isArray(variants)) {
    const variant = variants.find((one) => matches(value, resolve(one, root)));
    return variant === undefined ? value : fitToSchema(value, variant, root);
  }
  if (Array.isArray(value)) return value.map((item) => fitToSchema(item, shape["items"] ?? {}, root));
  const properties = shape["properties"];
  if (!isObject(value) || !isObject(properties)) return value;
  const required = Array.isArray(shape["required"]) ? shape["required"] : [];
  const kept = Object.entries(properties).filter(([name]) => name in value || required.includes(name));
  return Object.fromEntries(kept.map(([name, inner]) => [name, fitToSchema(value[name], inner, root)]));
}

function usageOf({ plain, written, read }: InputTokens, said: number, thinking: number): Json {
  return {
    input_tokens: plain,
    output_tokens: said + thinking,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: read,
    cache_creation: { ephemeral_5m_input_tokens: written, ephemeral_1h_input_tokens: 0 },
    output_tokens_details: { thinking_tokens: thinking },
    server_tool_use: null,
    service_tier: "standard",
    inference_geo: null,
  };
}

function resolve(schema: unknown, root: unknown): Json {
  if (!isObject(schema)) return {};
  const reference = schema["$ref"];
  if (typeof reference !== "string" || !isObject(root)) return schema;
  const definitions = root["$defs"];
  return isObject(definitions) ? resolve(definitions[reference.replace("#/$defs/", "")], root) : {};
}

function matches(value: unknown, shape: Json): boolean {
  if (value === null) return shape["type"] === "null";
  if (isObject(value)) return shape["type"] === "object";
  return shape["type"] === (Array.isArray(value) ? "array" : typeof value);
}

function plainest(shape: Json, root: unknown): unknown {
  const values = shape["enum"];
  if (Array.isArray(values)) return values[0];
  if ("const" in shape) return shape["const"];
  if (Array.isArray(shape["anyOf"])) return null;
  const byType: Json = { string: "", array: [], boolean: false, integer: 0, number: 0 };
  return shape["type"] === "object" ? fitToSchema({}, shape, root) : (byType[String(shape["type"])] ?? null);
}
