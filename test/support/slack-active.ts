/** Unseen characters, controls left out. The joiner U+2060 is what our own escaping puts in. */
const UNSEEN =
  /[\u00ad\u061c\u115f\u180e\u200b-\u200f\u2028-\u202e\u2061-\u206f\ufeff\ud800-\udfff\u{e0000}-\u{e007f}]/u;
/** What a message's `text` and mrkdwn turn into something that acts, once it is no token in angle brackets. */
const ACTIVE =
  /https?:\/\/|\bwww\.\w|evil\.example|(?<![\w\u2060])@(channel|here|everyone)\b|mailto:\w|tel:\d/i;
const DATE = /^!date\^\d+\^[^<>|]*\|[^<>|]*$/;
const LITERAL_ELEMENTS = new Set(["text", "date"]);
/** Where a message of our own workspace stands. */
const MESSAGE_LINK = /^https:\/\/acme\.slack\.com\/archives\/[CGD][A-Z0-9]+\/p\d+$/;
/** Our own words for it; a link under anybody else's would be one they made. */
const LINK_WORDS = /^(Its card|change [0-9a-f]{8}|[0-9a-f]{8})$/;

/** Everything in a payload that mentions, links or shows as one, but for mentions of these people. Empty is well. */
export function activeIn(payload: Record<string, unknown>, people: readonly string[]): string[] {
  const found: string[] = [];
  const mrkdwn = (text: string) => found.push(...activeText(text, people));
  if (typeof payload["text"] === "string") mrkdwn(payload["text"]);
  walk(payload["attachments"], () => found.push("an attachment"));
  walk(parsed(payload["blocks"] ?? payload["view"]), (part) => {
    const { type } = part;
    if (type === "mrkdwn") mrkdwn(String(part["text"]));
    if (type === "plain_text" && part["emoji"] === true) found.push(`emoji in ${String(part["text"])}`);
    if (type === "image" || type === "video" || (typeof part["url"] === "string" && !isOwnLink(part)))
      found.push(JSON.stringify(part));
    if (/^rich_text_(section|preformatted|quote)$/.test(String(type))) {
      const elements = Array.isArray(part["elements"]) ? (part["elements"] as Record<string, unknown>[]) : [];
      const strange = elements.filter((one) => !isLiteral(one, people));
      found.push(...strange.map((one) => JSON.stringify(one)));
    }
  });
  return found;
}

/** Every text of a payload with a character in it that is not seen. */
export function unseenIn(payload: Record<string, unknown>): string[] {
  const found: string[] = [];
  const look = (text: unknown) => {
    if (typeof text === "string" && (UNSEEN.test(text) || hasControl(text)))
      found.push(JSON.stringify(text).slice(0, 300));
  };
  look(payload["text"]);
  walk(parsed(payload["blocks"] ?? payload["view"]), (part) => look(part["text"]));
  return found;
}

/** A control other than line feed and tab. */
function hasControl(text: string): boolean {
  return [...text].some((char) => /\p{Cc}/u.test(char) && char !== "\n" && char !== "\t");
}

function isOwnMrkdwnLink(token: string): boolean {
  const [url = "", words = "", ...more] = token.split("|");
  return MESSAGE_LINK.test(url) && LINK_WORDS.test(words) && more.length === 0;
}

function activeText(text: string, people: readonly string[]): string[] {
  const tokens = [...text.matchAll(/<([^<>]*)>/g)].map((match) => match[1] ?? "");
  const wrong = tokens.filter(
    (token) =>
      !(DATE.test(token) || isOwnMrkdwnLink(token)) &&
      !(token.startsWith("@") && people.includes(token.slice(1))),
  );
  const rest = text.replaceAll(/<[^<>]*>/g, " ");
  return ACTIVE.test(rest) ? [...wrong, rest.slice(0, 300)] : wrong;
}

function isLiteral(element: Record<string, unknown>, people: readonly string[]): boolean {
  if (element["type"] === "user") return people.includes(String(element["user_id"]));
  if (element["type"] === "channel") return /^[CGD][A-Z0-9]+$/.test(String(element["channel_id"]));
  return isOwnLink(element) || LITERAL_ELEMENTS.has(String(element["type"]));
}

function isOwnLink({ type, url, text }: Record<string, unknown>): boolean {
  return type === "link" && MESSAGE_LINK.test(String(url)) && LINK_WORDS.test(String(text));
}

function parsed(value: unknown): unknown {
  return typeof value === "string" ? JSON.parse(value) : value;
}

function walk(value: unknown, see: (part: Record<string, unknown>) => void): void {
  if (Array.isArray(value)) for (const one of value) walk(one, see);
  else if (typeof value === "object" && value !== null) {
    see(value as Record<string, unknown>);
    for (const one of Object.values(value)) walk(one, see);
  }
}
