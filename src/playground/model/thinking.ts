import { createHmac, randomBytes } from "node:crypto";
import { invalid, isObject, type Json, type Refusal } from "./wire-parts.ts";

/** Signs what the model thought, and says what is wrong with thinking that comes back. */
export type Thinking = {
  /** The block, bound to the conversation before it. */
  blockAfter(messages: readonly Json[], text: string): Json;
  /** Of a call of a tool: whether thinking came before it, which then has to come back with it. */
  remember(toolIds: readonly string[]): void;
  faultIn(messages: readonly Json[]): Refusal | null;
};

/** With a key of its own. */
export function createThinking(): Thinking {
  const key = randomBytes(32);
  const thoughtFor = new Set<string>();
  const sign = (before: readonly Json[], text: string): string =>
    createHmac("sha256", key)
      .update(JSON.stringify(withoutCaches(before)))
      .update(text)
      .digest("base64");
  const faultOf = (messages: readonly Json[], index: number): Refusal | null => {
    const { role, content } = messages[index] ?? {};
    if (role !== "assistant" || !Array.isArray(content)) return null;
    const blocks = content.filter(isObject);
    for (const [at, block] of blocks.entries()) {
      const path = `messages.${index}.content.${at}`;
      const { type, thinking, signature, id } = block;
      if (type === "thinking" && sign(messages.slice(0, index), String(thinking)) !== signature)
        return invalid(`${path}: Invalid \`signature\` in \`thinking\` block`);
      if (type === "tool_use" && thoughtFor.has(String(id)) && blocks[0]?.["type"] !== "thinking")
        return invalid(
          `${path}.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`tool_use\`. A final \`assistant\` message must start with the thinking block it came with.`,
        );
    }
    return null;
  };
  return {
    blockAfter: (messages, text) => ({ type: "thinking", thinking: text, signature: sign(messages, text) }),
    remember: (toolIds) => {
      for (const id of toolIds) thoughtFor.add(id);
    },
    faultIn: (messages) =>
      messages.map((_, index) => faultOf(messages, index)).find((fault) => fault !== null) ?? null,
  };
}

/** A place where a cache may end says nothing. */
function withoutCaches(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutCaches);
  if (!isObject(value)) return value;
  const { cache_control: _cache, ...rest } = value;
  return Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, withoutCaches(inner)]));
}
