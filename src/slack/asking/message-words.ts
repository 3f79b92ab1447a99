import { plainWords } from "#slack/text/text.ts";

/** A message as a shortcut hands it over; what apps post may have words in its blocks or attachments alone. */
export type MessageWithWords = { text?: string | null | undefined; blocks?: unknown; attachments?: unknown };

/** Deeper than any message of Slack's own; what lies below is no text of it. */
const DEEPEST = 12;
/** What stands there for others to press or to look at, and no words of the message. */
const ACTS: ReadonlySet<string> = new Set(["actions", "button", "image", "static_select", "overflow"]);

/** What somebody reads in a message: its text; without one the words of its blocks and then of its attachments, a line for each piece, nothing twice. */
export function wordsOfMessage({ text, blocks, attachments }: MessageWithWords): string {
  const own = plainWords(text ?? "");
  if (own !== "") return own;
  const lines = [
    ...listOf(blocks).flatMap((block) => linesOf(block)),
    ...listOf(attachments).flatMap(inAttachment),
  ];
  return [...new Set(lines.map((line) => plainWords(line)).filter((line) => line !== ""))].join("\n");
}

/** In the order in which Slack shows them; `fallback` only where nothing else is, because it repeats the rest. */
function inAttachment(found: unknown): string[] {
  if (!isObject(found)) return [];
  const { pretext, title, text, fields, blocks, fallback } = found;
  const lines = [
    ...[pretext, title, text].flatMap(asText),
    ...listOf(blocks).flatMap((block) => linesOf(block)),
    ...listOf(fields).flatMap(inField),
  ];
  return lines.length > 0 ? lines : asText(fallback);
}

function inField(found: unknown): string[] {
  if (!isObject(found)) return [];
  const [title = "", value = ""] = [asText(found["title"])[0], asText(found["value"])[0]];
  return [[title, value].filter((part) => part !== "").join(": ")];
}

/** A paragraph, a list item, a section's text and each of its fields are a line each. */
function linesOf(part: unknown, depth = 0): string[] {
  if (!isObject(part) || depth > DEEPEST) return [];
  const { type, text, fields, elements } = part;
  if (typeof type === "string" && ACTS.has(type)) return [];
  if (type === "rich_text_section" || type === "rich_text_preformatted" || type === "rich_text_quote")
    return [listOf(elements).map(inline).join("")];
  const own = typeof text === "string" ? [text] : isObject(text) ? asText(text["text"]) : [];
  const inside = [...listOf(fields), ...listOf(elements)].flatMap((one) => linesOf(one, depth + 1));
  return [...own, ...inside];
}

/** A piece of a sentence. */
function inline(part: unknown): string {
  if (!isObject(part)) return "";
  const { type, text, url, name, user_id: user, channel_id: channel } = part;
  if (typeof text === "string") return text;
  if (type === "emoji" && typeof name === "string") return `:${name}:`;
  if (typeof url === "string") return url;
  if (typeof user === "string") return `@${user}`;
  return typeof channel === "string" ? `#${channel}` : "";
}

function asText(value: unknown): string[] {
  return typeof value === "string" && value.trim() !== "" ? [value] : [];
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
