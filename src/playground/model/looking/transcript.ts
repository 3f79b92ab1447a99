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

/** What was looked at before, as the prompt's data has it. */
export function seenBefore(block: Json | null): Seen[] {
  const looks = block?.["looks_so_far"];
  if (!Array.isArray(looks)) return [];
  return looks.filter(isObject).map(({ argv, dir, text }) => {
    const [name = "", ...args] = Array.isArray(argv) ? argv.map(String) : [];
    return { name, input: { args, ...(dir === undefined ? {} : { dir }) }, text: String(text) };
  });
}

/** The namespaces of all environments, as the prompt lists them; a line reads "- staging: namespaces web, jobs". */
export function namespacesIn(prompt: string): string[] {
  const [, after = ""] = prompt.split("The environments, as the policy names them:\n");
  const list = /^(?:- .*\n?)*/.exec(after)?.[0] ?? "";
  const lines = list.matchAll(/^- [^:\n]+:.*?\bnamespaces? ([a-z0-9-]+(?:, [a-z0-9-]+)*)/gm);
  const names = [...lines].flatMap(({ 1: list = "" }) => list.split(", "));
  return names.length === 0 ? ["production", "staging"] : [...new Set(names)];
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return Array.isArray(content) ? content.map((block: Json) => String(block["text"] ?? "")).join("\n") : "";
}
