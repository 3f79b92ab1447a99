import type { types } from "@slack/bolt";
import type { Person } from "#change/person.ts";
import { SLACK_LIMITS } from "./limits.ts";
import { cutMiddle, escapeMrkdwn, inert, oneLine, visible } from "./text.ts";

/** A message as it is handed to Slack: `text` for notifications, screen readers and clients without blocks. */
export type Rendered = { text: string; blocks: types.KnownBlock[] };

/** A piece of a sentence. Its text is literal: Slack parses nothing in it. */
export type Piece = types.RichTextElement;
/** A paragraph, a list or a code box of a rich_text block. */
export type Part = types.RichTextBlock["elements"][number];

/** A headline; one line, literal. */
export function headline(text: string): types.HeaderBlock {
  const shown = cutMiddle(oneLine(text), SLACK_LIMITS.header);
  return { type: "header", text: { type: "plain_text", text: shown, emoji: false } };
}

/** A block of paragraphs and code boxes. */
export function rich(...elements: Part[]): types.RichTextBlock {
  return { type: "rich_text", elements };
}

/** A paragraph. */
export function paragraph(...elements: Piece[]): Part {
  return { type: "rich_text_section", elements };
}

/** Bullets. */
export function bullets(items: Piece[][]): Part {
  return {
    type: "rich_text_list",
    style: "bullet",
    elements: items.map((elements) => ({ type: "rich_text_section", elements })),
  };
}

/** A code box; never blank, because Slack refuses a text of blanks alone. */
export function codeBox(text: string): Part {
  return { type: "rich_text_preformatted", elements: [{ type: "text", text: notBlank(text) }] };
}

/** Literal text of anybody: what cannot be seen is shown, nothing in it does anything. */
export function said(text: string): Piece {
  return { type: "text", text: notBlank(visible(text)) };
}

/** Our own words, in bold. */
export function bold(text: string): Piece {
  return { type: "text", text, style: { bold: true } };
}

/** A command inside a sentence, literal. */
export function code(text: string): Piece {
  return { type: "text", text: notBlank(text), style: { code: true } };
}

/** Slack takes no text of blanks alone, and with it refuses the whole message. */
function notBlank(text: string): string {
  return text.trim() === "" ? "(blank)" : text;
}

/** Small print. Each item is mrkdwn made here, so text of others must have gone through `inert`. */
export function smallPrint(...items: string[]): types.ContextBlock {
  const shown = items.slice(0, SLACK_LIMITS.contextElements);
  return {
    type: "context",
    elements: shown.map((text) => ({
      type: "mrkdwn",
      text: text.slice(0, SLACK_LIMITS.section),
      verbatim: true,
    })),
  };
}

/** A person in mrkdwn: a mention for a Slack user, words for anybody else. */
export function personMrkdwn(person: Person): string {
  switch (person.kind) {
    case "slack":
      return isUserId(person.userId) ? `<@${person.userId}>` : inert(person.userId);
    case "token":
      return `API token ${inert(person.name)}`;
    case "policy":
      return "the policy";
  }
}

/** The same as a piece of a paragraph. */
export function personPiece(person: Person): Piece {
  switch (person.kind) {
    case "slack":
      return isUserId(person.userId) ? { type: "user", user_id: person.userId } : said(person.userId);
    case "token":
      return said(`API token ${person.name}`);
    case "policy":
      return said("the policy");
  }
}

/** A moment in mrkdwn, shown in each reader's own time zone. */
export function dateMrkdwn(date: Date): string {
  const seconds = Math.floor(date.getTime() / 1_000);
  const fallback = escapeMrkdwn(inUtc(date));
  return `<!date^${seconds}^{date_short_pretty} at {time}|${fallback}>`;
}

/** The same as a piece of a paragraph. */
export function datePiece(date: Date): Piece {
  const timestamp = Math.floor(date.getTime() / 1_000);
  return { type: "date", timestamp, format: "{date_short_pretty} at {time}", fallback: inUtc(date) };
}

/** The time of day alone, for what was minutes ago. */
export function timeMrkdwn(date: Date): string {
  return `<!date^${Math.floor(date.getTime() / 1_000)}^{time}|${escapeMrkdwn(inUtc(date))}>`;
}

/** The same as a piece of a paragraph. */
export function timePiece(date: Date): Piece {
  const timestamp = Math.floor(date.getTime() / 1_000);
  return { type: "date", timestamp, format: "{time}", fallback: inUtc(date) };
}

function inUtc(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** Whether this is a Slack user's id and nothing else. */
export function isUserId(text: string): boolean {
  return /^[UW][A-Z0-9]{1,30}$/u.test(text);
}

/** How many characters of text a block carries, as Slack counts a message's size. */
export function charsOf(block: types.KnownBlock): number {
  return textsOf(block).reduce((sum, text) => sum + text.length, 0);
}

/** All text in a block, in order, buttons and their dialogs left out. */
export function textsOf(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(textsOf);
  if (typeof part !== "object" || part === null) return [];
  if ("type" in part && part.type === "actions") return [];
  if ("text" in part && typeof part.text === "string") return [part.text];
  return Object.values(part).flatMap(textsOf);
}
