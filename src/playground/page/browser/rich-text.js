import { codeText } from "./code.js";
import { el, link } from "./dom.js";
import { emojiFor } from "./emoji.js";
import { broadcast, channelMention, dateNode, groupMention, userMention } from "./mentions.js";

/** A rich_text block: its text is literal, so nothing in it is parsed. */
export function richTextNode(block, directory) {
  return el(
    "div",
    { class: "rich-text" },
    ...(block.elements ?? []).map((part) => partNode(part, directory)),
  );
}

function partNode(part, directory) {
  const leaves = (elements) => (elements ?? []).map((leaf) => leafNode(leaf, directory));
  const bordered = part.border === 1 ? "bordered" : null;
  if (part.type === "rich_text_section") return el("p", {}, ...leaves(part.elements));
  if (part.type === "rich_text_preformatted")
    return el("pre", { tabindex: "0" }, ...(part.elements ?? []).flatMap((leaf) => preLeaf(leaf, directory)));
  if (part.type === "rich_text_quote") return el("blockquote", {}, ...leaves(part.elements));
  if (part.type !== "rich_text_list")
    return el("p", { class: "unsupported" }, `unsupported rich text: ${part.type}`);
  const items = (part.elements ?? []).map((item) => el("li", {}, ...leaves(item.elements)));
  const start = part.style === "ordered" && part.offset ? part.offset + 1 : null;
  const list = el(
    part.style === "ordered" ? "ol" : "ul",
    { class: bordered, start, data: { indent: part.indent ?? 0 } },
    ...items,
  );
  return list;
}

function preLeaf(leaf, directory) {
  return leaf.type === "text" && leaf.style === undefined ? codeText(leaf.text) : leafNode(leaf, directory);
}

function leafNode(leaf, directory) {
  const style = leaf.style ?? {};
  let node = bareLeaf(leaf, directory);
  if (style.code) node = el("code", {}, node);
  if (style.strike) node = el("s", {}, node);
  if (style.underline) node = el("u", {}, node);
  if (style.italic) node = el("em", {}, node);
  if (style.bold) node = el("strong", {}, node);
  return node;
}

function bareLeaf(leaf, directory) {
  const make = leaves[leaf.type];
  return make === undefined ? el("span", { class: "unsupported" }, `[${leaf.type}]`) : make(leaf, directory);
}

const leaves = {
  text: (leaf) => (leaf.style?.code ? el("span", {}, ...codeText(leaf.text)) : leaf.text),
  link: (leaf) => link(leaf.url, leaf.text || leaf.url),
  emoji: (leaf) => emojiFor(leaf.name) ?? fromCodePoints(leaf.unicode) ?? `:${leaf.name}:`,
  user: (leaf, directory) => userMention(leaf.user_id, directory),
  channel: (leaf, directory) => channelMention(leaf.channel_id, directory),
  usergroup: (leaf, directory) => groupMention(leaf.usergroup_id, directory),
  broadcast: (leaf) => broadcast(leaf.range),
  date: (leaf) => dateNode([leaf.timestamp, leaf.format, leaf.url ?? ""].join("^"), leaf.fallback ?? null),
  color: (leaf) => leaf.value,
};

function fromCodePoints(hex) {
  if (!/^[0-9a-f]{2,6}(-[0-9a-f]{2,6})*$/i.test(hex ?? "")) return null;
  return String.fromCodePoint(...hex.split("-").map((part) => Number.parseInt(part, 16)));
}
