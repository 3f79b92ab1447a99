import { carryFolding, carryFoldingByTitle, carryScroll } from "./carry.js";
import { actingControl } from "./controls.js";
import { el, keepFocus, link } from "./dom.js";
import { drawDots } from "./dots.js";
import { inputControl } from "./inputs.js";
import { markdownNodes } from "./markdown.js";
import { textNodes } from "./mrkdwn.js";
import { alertNode, cardNode, carouselNode, containerNode, planNode, taskNode } from "./panels.js";
import { richTextNode } from "./rich-text.js";
import { dataTableNode, tableNode } from "./tables.js";

/** What each block was drawn from. */
const prints = new WeakMap();

/**
 * Makes `container` show these blocks and re-draws only those that changed, so that a selection, an opened detail or
 * a focused button elsewhere in the message stays as it is. `errors`: block_id -> sentence.
 */
export function syncBlocks(container, blocks, scope, errors = {}) {
  keepFocus(container, () => {
    const shown = [...container.children];
    const foldAsBefore = carryFoldingByTitle(container);
    blocks.forEach((block, index) => {
      const print = JSON.stringify([block, errors[block.block_id] ?? null]);
      if (shown[index] !== undefined && prints.get(shown[index]) === print) return;
      const node = blockNode(block, scope, errors[block.block_id]);
      prints.set(node, print);
      if (shown[index] === undefined) container.append(node);
      else replaceBlock(shown[index], node);
    });
    for (const extra of shown.slice(blocks.length)) extra.remove();
    foldAsBefore();
  });
}

function replaceBlock(before, node) {
  const scrollAsBefore = carryScroll(before);
  carryFolding(before, node);
  before.replaceWith(node);
  scrollAsBefore(node);
}

/**
 * One block as an element. A type this page does not know, or a block it cannot draw, becomes a visible box that says
 * so: one bad block must not take the rest of the page with it.
 */
export function blockNode(block, scope, error) {
  if (!Object.hasOwn(makers, block.type)) return unsupported(block);
  try {
    const node = makers[block.type](block, scope, error);
    node.classList.add("block", `block-${block.type.replaceAll("_", "-")}`);
    return drawDots(node);
  } catch (fault) {
    return el(
      "div",
      { class: "block unsupported" },
      `this ${block.type} block cannot be drawn: ${fault.message}`,
    );
  }
}

const makers = {
  header: (block, scope) => el(scope.heading ?? "h3", {}, ...textNodes(block.text, scope.directory)),
  section: sectionNode,
  divider: () => el("hr"),
  context: (block, scope) => el("div", {}, ...block.elements.map((part) => contextPart(part, scope))),
  actions: (block, scope) => el("div", {}, ...block.elements.map((part) => controlNode(part, block, scope))),
  context_actions: (block, scope) =>
    el("div", {}, ...block.elements.map((part) => controlNode(part, block, scope))),
  image: (block, scope) =>
    el("figure", {}, el("figcaption", {}, ...textNodes(block.title, scope.directory)), imageNode(block)),
  rich_text: (block, scope) => richTextNode(block, scope.directory),
  markdown: (block, scope) => el("div", { class: "markdown" }, ...markdownNodes(block.text, scope.directory)),
  input: inputNode,
  table: tableNode,
  data_table: dataTableNode,
  plan: planNode,
  task_card: taskNode,
  container: (block, scope) => containerNode(block, scope, blockNode),
  card: (block, scope) => cardNode(block, scope, controlNode, imageNode),
  carousel: (block, scope) => carouselNode(block, scope, blockNode),
  alert: alertNode,
};

function unsupported(block) {
  return el("div", { class: "block unsupported" }, `unsupported block: ${block.type}`);
}

function sectionNode(block, scope) {
  const text = block.text
    ? el("div", { class: "section-text" }, ...textNodes(block.text, scope.directory))
    : null;
  const cells = (block.fields ?? []).map((field) =>
    el("div", { class: "field" }, ...textNodes(field, scope.directory)),
  );
  const fields = cells.length === 0 ? null : el("div", { class: "fields" }, ...cells);
  const accessory = block.accessory
    ? el("div", { class: "accessory" }, controlNode(block.accessory, block, scope))
    : null;
  return el("div", {}, el("div", { class: "section-main" }, text, fields), accessory);
}

function contextPart(part, scope) {
  return part.type === "image" ? imageNode(part) : el("span", {}, ...textNodes(part, scope.directory));
}

/** Pictures are never fetched: a link with the alternative text stands for them. */
function imageNode(image) {
  const label = `image: ${image.alt_text || "no description"}`;
  return el("span", { class: "image" }, link(image.image_url ?? image.slack_file?.url, label));
}

function controlNode(element, block, scope) {
  if (element.type === "image") return imageNode(element);
  const node =
    actingControl(element, block, scope) ??
    inputControl(element, block, scope, { acts: true, described: {} });
  return el("span", { class: "control" }, node ?? unsupported(element));
}

function inputNode(block, scope, error) {
  const id = `field-${crypto.randomUUID()}`;
  const notes = [error ? `${id}-error` : null, block.hint ? `${id}-hint` : null].filter(Boolean).join(" ");
  const described = {
    "aria-labelledby": `${id}-label`,
    "aria-describedby": notes || null,
    "aria-invalid": error ? "true" : null,
  };
  const control = inputControl(block.element, block, scope, {
    acts: block.dispatch_action === true,
    described,
  });
  const optional = block.optional ? el("span", { class: "optional" }, " (optional)") : null;
  return el(
    "div",
    { class: error ? "has-error" : "" },
    el("div", { class: "label", id: `${id}-label` }, ...textNodes(block.label, scope.directory), optional),
    control ?? unsupported(block.element),
    error ? el("p", { class: "error", id: `${id}-error` }, error) : null,
    block.hint
      ? el("p", { class: "hint", id: `${id}-hint` }, ...textNodes(block.hint, scope.directory))
      : null,
  );
}
