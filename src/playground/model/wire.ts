import { faultOfSchema, invalid, isObject, type Json, type Refusal } from "./wire-parts.ts";
import { faultOfAnswers, faultOfTools, type ToolOffer, toolsOf } from "./wire-tools.ts";

/** The part of a request that passed every check and that the answers are made from. */
export type MessagesRequest = {
  model: string;
  system: string;
  messages: { role: string; text: string; content: unknown }[];
  tools: readonly ToolOffer[];
  schema: Json | null;
  /** The parts a cache may hold, in the order they are read, and where it may end. */
  body: Json;
  /** The answer goes out as server-sent events. */
  stream: boolean;
};

/** The fields of version 2026-10-21; it has no temperature, top_p and top_k any more. */
const fieldsOfTheApi = new Set(
  "model max_tokens messages system output_config metadata stop_sequences stream thinking tools tool_choice service_tier cache_control container inference_geo speed diagnostics user_profile_id workspace_id".split(
    " ",
  ),
);
/** The API versions there are; the SDK asks for the newer one since 1.0. */
const versions = new Set(["2023-06-01", "2026-10-21"]);
const efforts = new Set(["low", "medium", "high", "xhigh", "max", "null"]);

/** Checks method, path and headers as the API does, in its order; null when they are well. */
export function checkHeaders(
  method: string,
  path: string,
  headers: Record<string, string | string[] | undefined>,
  apiKey: string,
): Refusal | null {
  if (path !== "/v1/messages") return { status: 404, type: "not_found_error", message: "Not Found" };
  if (method !== "POST") return { status: 405, type: "invalid_request_error", message: "Method Not Allowed" };
  // The SDK sends the key as a bearer token since 1.0 and in x-api-key before; the API takes both.
  const bearer = /^Bearer (.+)$/.exec(String(headers["authorization"] ?? ""))?.[1];
  const key = headers["x-api-key"] ?? bearer;
  if (key === undefined)
    return { status: 401, type: "authentication_error", message: "x-api-key header is required" };
  if (key !== apiKey) return { status: 401, type: "authentication_error", message: "invalid x-api-key" };
  const version = headers["anthropic-version"];
  if (version === undefined) return invalid("anthropic-version: header is required");
  if (!versions.has(String(version)))
    return invalid(`anthropic-version: "${String(version)}" is not a valid version`);
  if (!String(headers["content-type"] ?? "").startsWith("application/json"))
    return invalid("content-type: must be application/json");
  return null;
}

/** Checks the body's shape; answers what the rules read, or the refusal the API would give. */
export function readMessagesRequest(text: string): MessagesRequest | Refusal {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return invalid("The request body is not valid JSON");
  }
  if (!isObject(body)) return invalid("The request body is not a JSON object");
  const fault =
    faultOfFields(body) ??
    faultOfMessages(body["messages"]) ??
    faultOfTools(body) ??
    faultOfAnswers(body["messages"] as Json[], toolsOf(body)) ??
    faultOfOutput(body["output_config"]);
  if (fault !== null) return fault;
  const output = body["output_config"] as { format?: { schema: Json } | null } | undefined;
  return {
    model: String(body["model"]),
    system: textOf(body["system"]),
    messages: (body["messages"] as Json[]).map((m) => ({
      role: String(m["role"]),
      text: textOf(m["content"]),
      content: m["content"],
    })),
    tools: toolsOf(body),
    schema: output?.format?.schema ?? null,
    body,
    stream: body["stream"] === true,
  };
}

function faultOfFields(body: Json): Refusal | null {
  for (const field of ["model", "max_tokens", "messages"])
    if (body[field] === undefined) return invalid(`${field}: Field required`);
  for (const field of Object.keys(body))
    if (!fieldsOfTheApi.has(field)) return invalid(`${field}: Extra inputs are not permitted`);
  const { model, max_tokens: maxTokens, system, stream, metadata } = body;
  if (typeof model !== "string") return invalid("model: Input should be a valid string");
  if (!model.startsWith("claude-"))
    return { status: 404, type: "not_found_error", message: `model: ${model}` };
  if (!Number.isInteger(maxTokens)) return invalid("max_tokens: Input should be a valid integer");
  if (Number(maxTokens) < 1) return invalid("max_tokens: Input should be greater than or equal to 1");
  if (stream !== undefined && typeof stream !== "boolean")
    return invalid("stream: Input should be a valid boolean");
  if (!isMetadata(metadata)) return invalid("metadata.user_id: Input should be a valid string");
  if (system !== undefined && !isContent(system))
    return invalid("system: Input should be a valid string or list of text blocks");
  return null;
}

/** Of the metadata only a user's id is sent, as long as it may be. */
function isMetadata(value: unknown): boolean {
  if (value === undefined) return true;
  if (!isObject(value)) return false;
  const { user_id: id } = value;
  return id === undefined || id === null || (typeof id === "string" && id.length <= 256);
}

function faultOfMessages(messages: unknown): Refusal | null {
  if (!Array.isArray(messages)) return invalid("messages: Input should be a valid list");
  if (messages.length === 0) return invalid("messages: at least one message is required");
  for (const [index, message] of messages.entries()) {
    const { role, content } = isObject(message) ? message : {};
    if (role !== "user" && role !== "assistant" && role !== "system")
      return invalid(`messages.${index}.role: Input should be 'user', 'assistant' or 'system'`);
    if (!isContent(content))
      return invalid(`messages.${index}.content: Input should be a valid string or list of blocks`);
    if (isEmpty(content)) return invalid(`messages.${index}: messages must have non-empty content`);
  }
  if ((messages[0] as Json)["role"] !== "user")
    return invalid('messages: first message must use the "user" role');
  if ((messages.at(-1) as Json)["role"] !== "user")
    return invalid(
      "This model does not support assistant message prefill. The conversation must end with a user message.",
    );
  return null;
}

/** Neither text nor a block of another kind. */
function isEmpty(content: unknown): boolean {
  const isText = (block: unknown): boolean => isObject(block) && block["type"] === "text";
  return Array.isArray(content) && !content.every(isText) ? false : textOf(content).trim() === "";
}

function faultOfOutput(output: unknown): Refusal | null {
  if (output === undefined) return null;
  if (!isObject(output)) return invalid("output_config: Input should be a valid dictionary");
  const extra = Object.keys(output).find((key) => key !== "format" && key !== "effort");
  if (extra !== undefined) return invalid(`output_config.${extra}: Extra inputs are not permitted`);
  const { effort } = output;
  if (effort !== undefined && !efforts.has(String(effort)))
    return invalid("output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'");
  const format = output["format"];
  if (format === undefined || format === null) return null;
  if (!isObject(format) || format["type"] !== "json_schema")
    return invalid("output_config.format.type: Input should be 'json_schema'");
  if (!isObject(format["schema"])) return invalid("output_config.format.schema: Field required");
  return faultOfSchema(format["schema"], "output_config.format.schema");
}

function isContent(value: unknown): boolean {
  if (typeof value === "string") return true;
  return Array.isArray(value) && value.every((block) => isObject(block) && typeof block["type"] === "string");
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((block: Json) => (typeof block["text"] === "string" ? block["text"] : "")).join("\n");
}
