import { codeText } from "./code.js";
import { el, link } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { angleNode, unescapeSlack } from "./mentions.js";

const wrappers = { "*": "strong", _: "em", "~": "s" };

/** Slack's mrkdwn as nodes: preformatted parts, quotes, and lines with marks, mentions and links. */
export function mrkdwnNodes(text, directory) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(/```\n?([\s\S]+?)\n?```/g)) {
    nodes.push(...lineNodes(text.slice(at, match.index).replace(/\n$/, ""), directory));
    nodes.push(el("pre", { tabindex: "0" }, ...codeNodes(match[1], directory)));
    at = match.index + match[0].length;
    if (text[at] === "\n") at += 1;
  }
  nodes.push(...lineNodes(text.slice(at), directory));
  return nodes;
}

/** Slack's plain_text: no marks, no mentions; only emoji names unless the program turned them off. */
export function plainNodes(text, emoji = true) {
  return [document.createTextNode(emoji ? withEmoji(text) : text)];
}

/** A Block Kit text object, `plain_text` or `mrkdwn`. */
export function textNodes(object, directory) {
  if (typeof object === "string") return plainNodes(object);
  if (object?.type === "mrkdwn")
    return mrkdwnNodes(object.text, { ...directory, verbatim: object.verbatim === true });
  return object === undefined || object === null ? [] : plainNodes(object.text, object.emoji !== false);
}

/** Quotes (lines beginning with `>`, also as the escape a person's client makes of it) and plain lines. */
function lineNodes(text, directory) {
  if (text === "") return [];
  const nodes = [];
  let quote = null;
  let needsBreak = false;
  for (const line of text.split("\n")) {
    const quoted = /^(?:>|&gt;) ?(.*)$/.exec(line);
    if (quoted !== null) {
      if (quote !== null) quote.append(el("br"));
      else {
        quote = el("blockquote");
        nodes.push(quote);
      }
      quote.append(...inlineNodes(quoted[1], directory));
      needsBreak = false;
      continue;
    }
    quote = null;
    if (needsBreak) nodes.push(el("br"));
    nodes.push(...inlineNodes(line, directory));
    needsBreak = true;
  }
  return nodes;
}

/** One line: code, angle brackets, bare addresses, then bold, italic and strike around whole words. */
export function inlineNodes(line, directory) {
  const nodes = [];
  const hopeless = new Set();
  let plain = "";
  let at = 0;
  const flush = () => {
    if (plain !== "") nodes.push(withEmoji(unescapeSlack(plain)));
    plain = "";
  };
  while (at < line.length) {
    const found = tokenAt(line, at, hopeless, directory);
    if (found === null) plain += line[at++];
    else {
      flush();
      nodes.push(found.node);
      at = found.end;
    }
  }
  flush();
  return nodes;
}

function tokenAt(line, at, hopeless, directory) {
  const char = line[at];
  if (char === "<") return angleAt(line, at, directory);
  if (char === "`") return codeAt(line, at, directory);
  if (char === "h") return directory.verbatim ? null : addressAt(line, at);
  const tag = wrappers[char];
  if (tag === undefined || hopeless.has(char) || !opens(line, at)) return null;
  const end = closing(line, at);
  // No end on the rest of this line: later marks of the same kind have none either. Keeps a hostile line linear.
  if (end < 0) hopeless.add(char);
  return end < 0
    ? null
    : { node: el(tag, {}, ...inlineNodes(line.slice(at + 1, end), directory)), end: end + 1 };
}

function angleAt(line, at, directory) {
  const end = line.indexOf(">", at);
  if (end < 0) return null;
  const node = angleNode(line.slice(at + 1, end), directory);
  return node === null ? null : { node, end: end + 1 };
}

function codeAt(line, at, directory) {
  const end = line.indexOf("`", at + 1);
  if (end <= at + 1) return null;
  return { node: el("code", {}, ...codeNodes(line.slice(at + 1, end), directory)), end: end + 1 };
}

/** A bare address becomes a link, as in Slack, where only `verbatim: true` or literal elements prevent it. */
function addressAt(line, at) {
  if (/\w/.test(line[at - 1] ?? "")) return null;
  const match = /^https?:\/\/[^\s<>|]*[^\s<>|.,;:!?'")\]*_~`]/.exec(line.slice(at, at + 2_000));
  if (match === null) return null;
  const address = unescapeSlack(match[0]);
  return { node: link(address, address), end: at + match[0].length };
}

const isWord = (char) => char !== undefined && /[\p{L}\p{N}_]/u.test(char);
const opens = (line, at) =>
  !isWord(line[at - 1]) && /[^\s]/.test(line[at + 1] ?? " ") && line[at + 1] !== line[at];

function closing(line, at) {
  const mark = line[at];
  for (let end = line.indexOf(mark, at + 2); end >= 0; end = line.indexOf(mark, end + 1)) {
    if (/\S/.test(line[end - 1]) && !isWord(line[end + 1]) && line[end + 1] !== mark) return end;
  }
  return -1;
}

/** In code nothing is marked up, but Slack's angle brackets stay alive there as well. */
function codeNodes(text, directory) {
  return text.split(/(<[^<>\n]+>)/).flatMap((part) => {
    const node = part.startsWith("<") ? angleNode(part.slice(1, -1), directory) : null;
    return node ?? codeText(unescapeSlack(part));
  });
}
