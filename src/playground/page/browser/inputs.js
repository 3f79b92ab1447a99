import { act, fillSelect, initialChoice } from "./controls.js";
import { el } from "./dom.js";
import { keyOf } from "./form.js";
import { textNodes } from "./mrkdwn.js";

/**
 * A control whose value is kept in the form. `acts`: it also tells the server at once, as in an actions block or with
 * dispatch_action. Null for a type it does not know.
 */
export function inputControl(element, block, scope, { acts, described }) {
  const maker = makers[element.type];
  if (maker === undefined) return null;
  const changed = (node, value) => {
    scope.form.set(block, element, value);
    if (acts) act(node, element, block, scope, { selected: Array.isArray(value) ? value.join(",") : value });
  };
  return maker(element, block, scope, { changed, described });
}

const typed = {
  email_text_input: "email",
  url_text_input: "url",
  number_input: "number",
  datepicker: "date",
  timepicker: "time",
};

const makers = {
  plain_text_input: textInput,
  ...Object.fromEntries(Object.keys(typed).map((type) => [type, textInput])),
  static_select: selectInput,
  users_select: selectInput,
  channels_select: selectInput,
  conversations_select: selectInput,
  radio_buttons: (element, block, scope, hooks) => choiceInput("radio", element, block, scope, hooks),
  checkboxes: (element, block, scope, hooks) => choiceInput("checkbox", element, block, scope, hooks),
  multi_static_select: (element, block, scope, hooks) =>
    choiceInput("checkbox", element, block, scope, hooks),
};

function textInput(element, block, scope, { changed, described }) {
  const start = element.initial_value ?? element.initial_date ?? element.initial_time ?? "";
  const node = el(element.multiline ? "textarea" : "input", {
    class: "text-input",
    type: element.multiline ? null : (typed[element.type] ?? "text"),
    rows: element.multiline ? "4" : null,
    placeholder: element.placeholder?.text,
    maxlength: element.max_length,
    autofocus: element.focus_on_load === true,
    autocomplete: "off",
    ...described,
    data: { focus: keyOf(block, element) },
  });
  node.value = scope.form.start(block, element, start);
  node.addEventListener("input", () => scope.form.set(block, element, node.value));
  node.addEventListener("change", () => changed(node, node.value));
  return node;
}

function selectInput(element, block, scope, { changed, described }) {
  const known = scope.form.start(block, element, initialChoice(element));
  const node = el("select", { class: "select", ...described, data: { focus: keyOf(block, element) } });
  fillSelect(node, element, scope, known);
  node.addEventListener("change", () => changed(node, node.value));
  return node;
}

function choiceInput(type, element, block, scope, { changed, described }) {
  const several = type === "checkbox";
  const initial = several
    ? (element.initial_options ?? []).map((option) => option.value)
    : (element.initial_option?.value ?? "");
  const known = [scope.form.start(block, element, initial)].flat();
  const name = `${keyOf(block, element)}/${crypto.randomUUID()}`;
  const chosen = () => [...group.querySelectorAll("input:checked")].map((box) => box.value);
  const options = [
    ...(element.options ?? []),
    ...(element.option_groups ?? []).flatMap((part) => part.options),
  ];
  const rows = options.map((option) => {
    const box = el("input", {
      type,
      name,
      value: option.value,
      checked: known.includes(option.value),
      data: { focus: `${keyOf(block, element)}/${option.value}` },
    });
    box.addEventListener("change", () => changed(box, several ? chosen() : box.value));
    const note = option.description
      ? el("small", {}, ...textNodes(option.description, scope.directory))
      : null;
    return el(
      "label",
      { class: "choice" },
      box,
      el("span", {}, ...textNodes(option.text, scope.directory), note),
    );
  });
  const group = el(
    "div",
    { class: "choices", role: several ? "group" : "radiogroup", ...described },
    ...rows,
  );
  return group;
}
