import { faultOfSchema, invalid, isObject, type Json, type Refusal } from "./wire-parts.ts";

/** A tool as the caller describes it. */
export type ToolOffer = { name: string; schema: Json };

/** More places than this where a cache may end are refused. */
const MOST_BREAKPOINTS = 4;

/** The tools of a body, once {@link faultOfTools} found nothing wrong with them. */
export function toolsOf(body: Json): ToolOffer[] {
  const tools = Array.isArray(body["tools"]) ? body["tools"].filter(isObject) : [];
  return tools.map((tool) => ({ name: String(tool["name"]), schema: tool["input_schema"] as Json }));
}

/** Checks what is offered, that no call of a tool is forced, and how many places a cache may end at. */
export function faultOfTools(body: Json): Refusal | null {
  const { tools, tool_choice: choice } = body;
  if (tools !== undefined && !Array.isArray(tools)) return invalid("tools: Input should be a valid list");
  const list: unknown[] = tools ?? [];
  const fault = list.map(faultOfTool).find((one) => one !== null) ?? null;
  if (fault !== null) return fault;
  const names = list.map((tool) => (tool as Json)["name"]);
  if (new Set(names).size < names.length) return invalid("tools: Tool names must be unique.");
  const forced = faultOfChoice(choice);
  if (forced !== null) return forced;
  const found = breakpointsIn(body);
  return found > MOST_BREAKPOINTS
    ? invalid(`A maximum of ${MOST_BREAKPOINTS} blocks with cache_control may be provided. Found ${found}.`)
    : null;
}

/** Checks that every call of a tool is answered in the very next message, first of all, and nothing else is. */
export function faultOfAnswers(messages: readonly Json[], tools: readonly ToolOffer[]): Refusal | null {
  const isCalled = messages.some((message) => idsOf(message, "assistant", "tool_use", "id").length > 0);
  if (isCalled && tools.length === 0)
    return invalid("Requests which include `tool_use` or `tool_result` blocks must define tools");
  for (const [index, message] of messages.entries()) {
    const asked = idsOf(messages[index - 1], "assistant", "tool_use", "id");
    const given = idsOf(message, "user", "tool_result", "tool_use_id");
    const extra = given.find((id) => !asked.includes(id));
    if (extra !== undefined)
      return invalid(
        `messages.${index}.content: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${extra}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
      );
    const missing = asked.filter((id) => !given.includes(id));
    if (missing.length > 0)
      return invalid(
        `messages.${index - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(", ")}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      );
    if (given.length > 0 && blocksOf(message).findLastIndex(isResult) >= given.length)
      return invalid(`messages.${index}.content: \`tool_result\` blocks must come first`);
    if (new Set(given).size < given.length)
      return invalid(`messages.${index}.content: each tool_use must have a single result`);
  }
  return null;
}

function faultOfChoice(choice: unknown): Refusal | null {
  if (choice === undefined) return null;
  const type = isObject(choice) ? choice["type"] : undefined;
  if (type === "any" || type === "tool")
    return invalid(`tool_choice: Forced tool use ("${type}") is not supported with this model`);
  if (type === "auto" || type === "none") return null;
  return invalid("tool_choice.type: Input should be 'auto' or 'none'");
}

function faultOfTool(tool: unknown, index: number): Refusal | null {
  if (!isObject(tool)) return invalid(`tools.${index}: Input should be a valid dictionary`);
  const { name, input_schema: schema, strict } = tool;
  if (typeof name !== "string" || !/^[a-zA-Z0-9_-]{1,128}$/.test(name))
    return invalid(`tools.${index}.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`);
  if (!isObject(schema) || schema["type"] !== "object")
    return invalid(`tools.${index}.input_schema.type: Input should be 'object'`);
  return strict === true ? faultOfSchema(schema, `tools.${index}.input_schema`) : null;
}

function isResult(block: Json): boolean {
  return block["type"] === "tool_result";
}

function idsOf(message: Json | undefined, role: string, type: string, field: string): string[] {
  if (message === undefined || message["role"] !== role) return [];
  return blocksOf(message).flatMap((block) => (block["type"] === type ? [String(block[field])] : []));
}

function blocksOf(message: Json): Json[] {
  return Array.isArray(message["content"]) ? message["content"].filter(isObject) : [];
}

function breakpointsIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + breakpointsIn(one), 0);
  if (!isObject(value)) return 0;
  const { cache_control: own, input: _said, ...rest } = value;
  return (isObject(own) ? 1 : 0) + breakpointsIn(Object.values(rest));
}
