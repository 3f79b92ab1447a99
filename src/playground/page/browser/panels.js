import { el, link } from "./dom.js";
import { textNodes } from "./mrkdwn.js";
import { richTextNode } from "./rich-text.js";

const states = { pending: "not started", in_progress: "in progress", complete: "done", error: "error" };

/** A `plan` block: a title and its tasks. */
export function planNode(block, scope) {
  const tasks = (block.tasks ?? []).map((task) => el("li", {}, taskNode(task, scope)));
  return el(
    "div",
    {},
    el("p", { class: "panel-title" }, block.title),
    el("ol", { class: "tasks" }, ...tasks),
  );
}

/** A `task_card`: title and state, with details, output and sources where it has them. */
export function taskNode(task, scope) {
  const rich = [task.details, task.output].filter(Boolean).map((part) => richTextNode(part, scope.directory));
  const sources = (task.sources ?? []).map((source) => link(source.url, source.text || source.url));
  const state = Object.hasOwn(states, task.status) ? task.status : "pending";
  const line = [
    el("span", { class: "task-mark", data: { status: state }, "aria-hidden": "true" }),
    el("span", { class: "task-title" }, task.title),
    el("span", { class: "task-state" }, states[state]),
  ];
  const more = [...rich, ...(sources.length > 0 ? [el("p", { class: "sources" }, ...sources)] : [])];
  if (more.length === 0) return el("div", { class: "task" }, el("div", { class: "task-line" }, ...line));
  return el(
    "details",
    { class: "task", open: state !== "pending" },
    el("summary", { class: "task-line" }, ...line),
    ...more,
  );
}

/** A `container`: its blocks in a frame, folded away when the program wants it so. */
export function containerNode(block, scope, blockNode) {
  const title = block.rich_text_title
    ? richTextNode(block.rich_text_title, scope.directory)
    : el("span", {}, ...textNodes(block.title, scope.directory));
  const under = block.subtitle ? el("small", {}, ...textNodes(block.subtitle, scope.directory)) : null;
  const inner = el(
    "div",
    { class: "container-body" },
    ...(block.child_blocks ?? []).map((child) => blockNode(child, scope)),
  );
  if (!block.is_collapsible) return el("div", {}, el("div", { class: "panel-title" }, title, under), inner);
  return el(
    "details",
    { open: !block.default_collapsed },
    el("summary", { class: "panel-title" }, title, under),
    inner,
  );
}

/** A `card`: title, subtitle, body and buttons. */
export function cardNode(block, scope, controlNode, imageNode) {
  const part = (name, tag) =>
    block[name] ? el(tag, { class: `card-${name}` }, ...textNodes(block[name], scope.directory)) : null;
  const buttons = (block.actions ?? []).map((element) => controlNode(element, block, scope));
  const images = [block.hero_image, block.icon].filter(Boolean).map(imageNode);
  return el(
    "div",
    {},
    ...images,
    part("title", "p"),
    part("subtitle", "p"),
    part("body", "div"),
    buttons.length > 0 ? el("div", { class: "block-actions" }, ...buttons) : null,
  );
}

/** A `carousel`: cards side by side. */
export function carouselNode(block, scope, blockNode) {
  return el(
    "div",
    { tabindex: "0", role: "group", "aria-label": "Cards" },
    ...block.elements.map((card) => blockNode(card, scope)),
  );
}

/** An `alert`: one sentence whose weight shows in words as well as in colour. */
export function alertNode(block, scope) {
  const level = ["info", "warning", "error", "success"].includes(block.level) ? block.level : "default";
  const word =
    level === "default" ? null : el("strong", {}, `${level.charAt(0).toUpperCase()}${level.slice(1)}: `);
  const node = el("div", { data: { level } }, word, ...textNodes(block.text, scope.directory));
  return node;
}
