import { createHash } from "node:crypto";
import { isObject, type Json } from "./wire-parts.ts";

/** How the tokens of an input were counted: plain, taken into a cache, held by one. */
export type InputTokens = { plain: number; written: number; read: number };

/** Counts the input of one request after the other as a service with a prompt cache does. */
export type PromptCache = { count(body: Json): InputTokens };

/** What is shorter is not taken into a cache. */
const LEAST_TOKENS = 512;
/** A cache is looked for so many blocks before each place where it may end. */
const LOOK_BACK = 20;
const KEPT_MS = 5 * 60_000;
/** English and JSON come to about this many characters a token; the counts only have to be plausible. */
const CHARS_PER_TOKEN = 3.6;

/** One block of the input, the first first: what it and all before it are, how long that is, whether a cache may end here. */
type Place = { prefix: string; tokens: number; mayEnd: boolean };

/** An empty one. A prefix is held if it is the same to the byte, tools first, then the system's text, then the messages. */
export function createPromptCache(now: () => number = Date.now): PromptCache {
  const held = new Map<string, number>();
  return {
    count: (body) => {
      const places = placesOf(body);
      const all = places.at(-1)?.tokens ?? 0;
      const ends = places.flatMap(({ mayEnd, tokens }, at) => (mayEnd && tokens >= LEAST_TOKENS ? [at] : []));
      const isHeld = (at: number): boolean =>
        now() - (held.get(places[at]?.prefix ?? "") ?? -KEPT_MS) < KEPT_MS;
      const hits = ends.flatMap((end) => range(Math.max(0, end - LOOK_BACK), end).filter(isHeld));
      const read = places[Math.max(-1, ...hits)]?.tokens ?? 0;
      const upTo = places[ends.at(-1) ?? -1]?.tokens ?? 0;
      for (const at of [...ends, ...hits]) held.set(places[at]?.prefix ?? "", now());
      return { plain: all - Math.max(upTo, read), written: Math.max(0, upTo - read), read };
    },
  };
}

/** About how many tokens a text is. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / CHARS_PER_TOKEN);
}

function placesOf(body: Json): Place[] {
  const { tools, system, messages, cache_control: automatic } = body;
  const format = isObject(body["output_config"]) ? body["output_config"]["format"] : undefined;
  const parts: Json[] = [
    { format: format ?? null, model: body["model"] },
    ...listOf(tools),
    ...blocksOf(system, "system"),
    ...listOf(messages).flatMap((message) => blocksOf(message["content"], String(message["role"]))),
  ];
  let [prefix, tokens] = ["", 0];
  return parts.map((part, at) => {
    const { cache_control: own, ...said } = part;
    const text = JSON.stringify(said);
    prefix = createHash("sha256").update(prefix).update(text).digest("hex");
    tokens += tokensOf(text);
    return { prefix, tokens, mayEnd: isObject(own) || (isObject(automatic) && at === parts.length - 1) };
  });
}

function blocksOf(content: unknown, role: string): Json[] {
  const blocks = typeof content === "string" ? [{ type: "text", text: content }] : listOf(content);
  return blocks.map((block) => ({ ...block, role }));
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
