import { codeText } from "./code.js";
import { el, link } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { angleNode, unescapeSlack } from "./mentions.js";

/** A `markdown` block's text: headings, lists, quotes, fenced code, rules and paragraphs; what it does not know stays text. */
export function markdownNodes(text, directory) {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const nodes = [];
  let at = 0;
  while (at < lines.length) {
    if (lines[at].trim() === "") at += 1;
    else at = takeBlock(lines, at, nodes, directory);
  }
  return nodes;
}

const kinds = [
  { starts: /^```/, take: takeFence },
  { starts: /^#{1,6} /, take: takeHeading },
  { starts: /^(?:---+|\*\*\*+|___+)\s*$/, take: takeRule },
  {
    starts: /^\s*[-*+] /,
    take: (lines, at, nodes, directory) => takeList("ul", /^\s*[-*+] (.*)$/, lines, at, nodes, directory),
  },
  {
    starts: /^\s*\d{1,4}[.)] /,
    take: (lines, at, nodes, directory) =>
      takeList("ol", /^\s*\d{1,4}[.)] (.*)$/, lines, at, nodes, directory),
  },
  { starts: /^> ?/, take: takeQuote },
];

function takeBlock(lines, at, nodes, directory) {
  const kind = kinds.find(({ starts }) => starts.test(lines[at]));
  return (kind?.take ?? takeParagraph)(lines, at, nodes, directory);
}

function takeRule(_lines, at, nodes) {
  nodes.push(el("hr"));
  return at + 1;
}

function takeFence(lines, at, nodes) {
  let end = at + 1;
  while (end < lines.length && !lines[end].startsWith("```")) end += 1;
  nodes.push(el("pre", { tabindex: "0" }, ...codeText(lines.slice(at + 1, end).join("\n"))));
  return end + 1;
}

function takeHeading(lines, at, nodes, directory) {
  const [, marks, text] = /^(#+) (.*)$/.exec(lines[at]);
  nodes.push(el(`h${Math.min(6, marks.length + 2)}`, { class: "md-heading" }, ...spanNodes(text, directory)));
  return at + 1;
}

function takeList(tag, pattern, lines, at, nodes, directory) {
  const list = el(tag);
  let end = at;
  for (; end < lines.length && pattern.test(lines[end]); end += 1) {
    list.append(el("li", {}, ...spanNodes(pattern.exec(lines[end])[1], directory)));
  }
  nodes.push(list);
  return end;
}

function takeQuote(lines, at, nodes, directory) {
  let end = at;
  while (end < lines.length && lines[end].startsWith(">")) end += 1;
  const inner = lines.slice(at, end).map((line) => line.replace(/^> ?/, ""));
  nodes.push(el("blockquote", {}, ...joined(inner, directory)));
  return end;
}

function takeParagraph(lines, at, nodes, directory) {
  let end = at + 1;
  while (
    end < lines.length &&
    lines[end].trim() !== "" &&
    !kinds.some(({ starts }) => starts.test(lines[end]))
  )
    end += 1;
  nodes.push(el("p", {}, ...joined(lines.slice(at, end), directory)));
  return end;
}

function joined(lines, directory) {
  return lines.flatMap((line, index) => [...(index === 0 ? [] : [el("br")]), ...spanNodes(line, directory)]);
}

const span =
  /`([^`]+)`|\*\*(\S(?:.*?\S)?)\*\*|~~(\S(?:.*?\S)?)~~|(?<!\w)[*_](\S(?:.*?\S)?)[*_](?!\w)|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)|<([^<>]+)>/g;

function spanNodes(text, directory) {
  const nodes = [];
  const plain = (part) => {
    if (part !== "") nodes.push(withEmoji(unescapeSlack(part)));
  };
  let at = 0;
  for (const match of text.matchAll(span)) {
    plain(text.slice(at, match.index));
    nodes.push(spanNode(match, directory));
    at = match.index + match[0].length;
  }
  plain(text.slice(at));
  return nodes;
}

function spanNode([whole, code, bold, strike, italic, label, address, angle], directory) {
  const inner = (part) => spanNodes(part, directory);
  if (code !== undefined) return el("code", {}, ...codeText(code));
  if (bold !== undefined) return el("strong", {}, ...inner(bold));
  if (strike !== undefined) return el("s", {}, ...inner(strike));
  if (italic !== undefined) return el("em", {}, ...inner(italic));
  if (label !== undefined) return link(address, ...inner(label));
  return angleNode(angle, directory) ?? whole;
}
