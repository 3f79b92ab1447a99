import type { MessagesRequest } from "#playground/model/wire.ts";
import { isObject, type Json } from "#playground/model/wire-parts.ts";
import type { Seen } from "./look.ts";

/** What was looked at in this conversation, in order, and what came of it. */
export function seenIn({ messages }: Pick<MessagesRequest, "messages">): Seen[] {
  const blocks = messages.flatMap(({ content }) => (Array.isArray(content) ? content.filter(isObject) : []));
  const results = new Map(
    blocks.flatMap((block) =>
      block["type"] === "tool_result" ? [[block["tool_use_id"], textOf(block["content"])] as const] : [],
    ),
  );
  return blocks.flatMap((block) => {
    const { type, id, name, input } = block;
    if (type !== "tool_use" || !results.has(id)) return [];
    return [{ name: String(name), input: input as Json, text: results.get(id) ?? "" }];
  });
}

/** The namespaces of all environments the prompt names; a line reads "- staging: namespaces web, jobs". */
export function namespacesIn(prompt: string): string[] {
  const lines = prompt.matchAll(/^- [^:\n]+:.*?\bnamespaces? ([a-z0-9-]+(?:, [a-z0-9-]+)*)/gm);
  const names = [...lines].flatMap(({ 1: list = "" }) => list.split(", "));
  return names.length === 0 ? ["production", "staging"] : [...new Set(names)];
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return Array.isArray(content) ? content.map((block: Json) => String(block["text"] ?? "")).join("\n") : "";
}
