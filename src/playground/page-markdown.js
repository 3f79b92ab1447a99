import { el, isWebAddress, link } from "./page-dom.js";
import { withEmoji } from "./page-emoji.js";
import { angleNode, unescapeSlack } from "./page-mentions.js";

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
  { starts: /^(?:---+|\*\*\*+|___+)\s*$/, take: (_lines, at, nodes) => (nodes.push(el("hr")), at + 1) },
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

function takeFence(lines, at, nodes) {
  let end = at + 1;
  while (end < lines.length && !lines[end].startsWith("```")) end += 1;
  nodes.push(el("pre", { tabindex: "0" }, lines.slice(at + 1, end).join("\n")));
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
  /`([^`]+)`|\*\*(\S(?:.*?\S)?)\*\*|~~(\S(?:.*?\S)?)~~|(?<!\w)[*_](\S(?:.*?\S)?)[*_](?!\w)|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)|<([^<>]+)>/;

function spanNodes(text, directory) {
  const match = span.exec(text);
  if (match === null) return text === "" ? [] : [withEmoji(unescapeSlack(text))];
  const [whole, code, bold, strike, italic, label, address, angle] = match;
  const before = text.slice(0, match.index);
  const inner = (part) => spanNodes(part, directory);
  let node = null;
  if (code !== undefined) node = el("code", {}, code);
  else if (bold !== undefined) node = el("strong", {}, ...inner(bold));
  else if (strike !== undefined) node = el("s", {}, ...inner(strike));
  else if (italic !== undefined) node = el("em", {}, ...inner(italic));
  else if (label !== undefined) node = isWebAddress(address) ? link(address, ...inner(label)) : whole;
  else node = angleNode(angle, directory) ?? whole;
  return [
    ...(before === "" ? [] : [withEmoji(unescapeSlack(before))]),
    node,
    ...inner(text.slice(match.index + whole.length)),
  ];
}
