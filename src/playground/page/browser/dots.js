import { el } from "./dom.js";

const colors = {
  "🟢": "green",
  "🔵": "blue",
  "🟠": "orange",
  "🔴": "red",
  "🟣": "purple",
  "🟡": "yellow",
  "⚪": "white",
  "⚫": "black",
};
const DOT = new RegExp(`(${Object.keys(colors).join("|")})`, "u");

/**
 * Draws the coloured circles in the texts of `node`, as Slack draws its own pictures of emoji: a machine without a font
 * for them would show empty boxes. The character stays in the text, so that it is copied and read aloud; code is left
 * as it is.
 */
export function drawDots(node) {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode())
    if (
      DOT.test(walker.currentNode.data) &&
      !walker.currentNode.parentElement?.closest("pre, code, textarea")
    )
      found.push(walker.currentNode);
  for (const text of found) text.replaceWith(...text.data.split(DOT).map(dotOr));
  return node;
}

function dotOr(part) {
  const color = colors[part];
  return color === undefined ? part : el("span", { class: `dot dot-${color}` }, part);
}
