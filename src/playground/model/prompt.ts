import type { MessagesRequest } from "./wire.ts";
import { isObject, type Json } from "./wire-parts.ts";

/** Who is asking, told by the schema of the answer it wants. */
export type Agent = "planner" | "reviewer";

/** The agent whose answer schema this is; null for a schema of somebody else, or none. */
export function agentOf(schema: Json | null): Agent | null {
  const properties = schema?.["properties"];
  if (!isObject(properties)) return null;
  if ("plan" in properties) return "planner";
  return "result" in properties ? "reviewer" : null;
}

/**
 * The JSON between `<NAME-9f3a…>` and its closing tag, from the last message that has such a block.
 * A prompt may mention the tags in a sentence before the block, so text that is no JSON object is passed over.
 */
export function readBlock(request: MessagesRequest, name: "request" | "outcome"): Json | null {
  const block = new RegExp(`<${name}-([0-9a-f]+)>(?=([\\s\\S]*?)</${name}-\\1>)`, "g");
  const users = request.messages.filter((message) => message.role === "user").toReversed();
  for (const text of [...users.map((message) => message.text), request.system])
    for (const match of text.matchAll(block)) {
      const value = parse(match[2] ?? "");
      if (value !== null) return value;
    }
  return null;
}

function parse(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
