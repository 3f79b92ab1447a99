import { el, icon, isWebAddress } from "./dom.js";
import { keyOf } from "./form.js";
import { openMenu } from "./menu.js";
import { textNodes } from "./mrkdwn.js";

/**
 * A control that acts at once: asks first when the program wants a confirmation, then tells the server. `scope` is
 * what is being shown: `directory`, `form`, `confirm(object)`, `dispatch(action)`. Null for a type it does not know.
 */
export function actingControl(element, block, scope) {
  return makers[element.type]?.(element, block, scope) ?? null;
}

const makers = {
  button: buttonNode,
  workflow_button: buttonNode,
  icon_button: buttonNode,
  overflow: overflowNode,
  static_select: selectNode,
  users_select: selectNode,
  channels_select: selectNode,
  conversations_select: selectNode,
  feedback_buttons: feedbackNode,
};

function buttonNode(element, block, scope) {
  const node = el(
    "button",
    {
      type: "button",
      class: ["button", element.style ? `button-${element.style}` : ""].join(" ").trim(),
      "aria-label": element.accessibility_label,
      data: { focus: keyOf(block, element), action: element.action_id ?? "" },
      on: { click: () => act(node, element, block, scope, { value: element.value }, openAddress) },
    },
    ...textNodes(element.text, scope.directory),
  );
  const openAddress = () => {
    if (isWebAddress(element.url)) window.open(element.url, "_blank", "noopener,noreferrer");
  };
  return node;
}

function feedbackNode(element, block, scope) {
  const one = (choice) => buttonNode({ ...element, ...choice, type: "button" }, block, scope);
  return el("span", { class: "feedback" }, one(element.positive_button), one(element.negative_button));
}

function overflowNode(element, block, scope) {
  const choices = element.options.map((option) => ({
    label: textNodes(option.text, scope.directory),
    choose: () => act(node, element, block, scope, { selected: option.value }),
  }));
  const node = el(
    "button",
    {
      type: "button",
      class: "button button-icon",
      "aria-label": "More actions",
      "aria-haspopup": "menu",
      data: { focus: keyOf(block, element), action: element.action_id ?? "" },
      on: { click: () => openMenu(node, choices) },
    },
    icon("dots"),
  );
  return node;
}

function selectNode(element, block, scope) {
  const known = scope.form.start(block, element, initialChoice(element));
  const select = el("select", {
    class: "select",
    "aria-label": element.placeholder?.text ?? "Choose",
    data: { focus: keyOf(block, element), action: element.action_id ?? "" },
  });
  fillSelect(select, element, scope, known);
  select.addEventListener("change", async () => {
    const before = scope.form.get(block, element);
    scope.form.set(block, element, select.value);
    const done = await act(select, element, block, scope, { selected: select.value });
    if (done) return;
    scope.form.set(block, element, before);
    select.value = before ?? "";
  });
  return select;
}

/** Puts a select's choices in: its own options or groups, or the people or channels of the workspace. */
export function fillSelect(select, element, scope, chosen) {
  const plain = (object) =>
    textNodes(object, scope.directory)
      .map((node) => node.textContent)
      .join("");
  const make = (option) =>
    el("option", { value: option.value, selected: option.value === chosen }, plain(option.text));
  if (!chosen)
    select.append(
      el("option", { value: "", selected: true, disabled: true }, element.placeholder?.text ?? "Choose…"),
    );
  for (const option of optionsOf(element, scope.directory)) select.append(make(option));
  for (const group of element.option_groups ?? []) {
    select.append(el("optgroup", { label: plain(group.label) }, ...group.options.map(make)));
  }
}

function optionsOf(element, directory) {
  if (element.type === "users_select") {
    return [...directory.users.values()].map((user) => ({ value: user.id, text: `@${user.realName}` }));
  }
  if (element.type === "channels_select" || element.type === "conversations_select") {
    const kinds = element.filter?.include ?? ["public", "private"];
    const fitting = [...directory.channels.values()].filter((channel) => kinds.includes(kindOf(channel)));
    return fitting.map((channel) => ({
      value: channel.id,
      text: `#${channel.name}`,
    }));
  }
  return element.options ?? [];
}

function kindOf({ isIm, isPrivate }) {
  if (isIm) return "im";
  return isPrivate ? "private" : "public";
}

/** What a select starts with, or null. */
export function initialChoice(element) {
  return (
    element.initial_option?.value ??
    element.initial_user ??
    element.initial_channel ??
    element.initial_conversation ??
    null
  );
}

/** Confirm, then dispatch; a second press while the first is under way does nothing. True when it went through. */
export async function act(node, element, block, scope, what, also = () => {}) {
  if (node.getAttribute("aria-busy") === "true") return false;
  if (element.confirm && !(await scope.confirm(element.confirm))) return false;
  node.setAttribute("aria-busy", "true");
  also();
  const done = await scope.dispatch({ block_id: block.block_id, action_id: element.action_id, ...what });
  node.removeAttribute("aria-busy");
  return done;
}
