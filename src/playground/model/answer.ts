import { randomBytes } from "node:crypto";
import type { ScriptedReply } from "./script.ts";
import { isObject, type Json, type MessagesRequest } from "./wire.ts";

/** How an answer ends: as the API names it, with the text that was produced until then. */
export type Ending = {
  stopReason: "end_turn" | "refusal" | NonNullable<ScriptedReply["stop_reason"]>;
  text: string;
  /** What a refusal says of itself. */
  details?: { category: string; explanation: string | null };
  /** Tokens of thinking before the text. */
  thinking?: number;
};

/** English and JSON come to about this many characters a token; the counts only have to be plausible. */
const CHARS_PER_TOKEN = 3.6;

/** A message object as the API sends it, with token counts estimated from the texts. */
export function messageObject(request: MessagesRequest, ending: Ending, seenSystem: boolean): Json {
  const said =
    ending.stopReason === "refusal" && ending.text === ""
      ? []
      : [{ type: "text", text: ending.text, citations: null }];
  const thought =
    ending.thinking === undefined ? [] : [{ type: "thinking", thinking: "Let me see.", signature: "c2ln" }];
  return {
    id: newId("msg"),
    type: "message",
    role: "assistant",
    model: request.model,
    content: [...thought, ...said],
    container: null,
    stop_reason: ending.stopReason,
    stop_sequence: null,
    stop_details:
      ending.stopReason === "refusal"
        ? { type: "refusal", ...(ending.details ?? { category: null, explanation: null }) }
        : null,
    usage: usageOf(request, ending, seenSystem),
  };
}

/** The error object every refusal carries. */
export function errorObject(type: string, message: string, requestId: string): Json {
  return { type: "error", error: { type, message }, request_id: requestId };
}

/** An id with the API's look: `msg_01…`, `req_01…`. */
export function newId(prefix: "msg" | "req"): string {
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

function usageOf(request: MessagesRequest, { text, thinking = 0 }: Ending, seenSystem: boolean): Json {
  const system =
    tokens(request.system) + (request.schema === null ? 0 : tokens(JSON.stringify(request.schema)));
  const said = request.messages.reduce((sum, message) => sum + tokens(message.text) + 4, 0);
  const cached = request.cached ? system : 0;
  return {
    input_tokens: said + system - cached,
    output_tokens: tokens(text) + thinking,
    cache_creation_input_tokens: seenSystem ? 0 : cached,
    cache_read_input_tokens: seenSystem ? cached : 0,
    cache_creation: { ephemeral_5m_input_tokens: seenSystem ? 0 : cached, ephemeral_1h_input_tokens: 0 },
    output_tokens_details: { thinking_tokens: thinking },
    server_tool_use: null,
    service_tier: "standard",
    inference_geo: null,
  };
}

function tokens(text: string): number {
  return Math.ceil(text.length / CHARS_PER_TOKEN);
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
