import { el, icon } from "./dom.js";
import { createHints } from "./hints.js";
import { shortcutButton } from "./shortcuts.js";

/**
 * Where a person writes. The draft belongs to the person and the place, so switching away and back, or an update
 * arriving meanwhile, loses nothing. `sent` is called once something was sent.
 */
export function createComposer(room, { inThread, sent }) {
  const { input, send, who } = parts();
  const hints = createHints(room, { input, inThread, complete: fill });
  const node = formOf(room, { hints, input, send, who });
  let key = null;

  function fill(text) {
    input.value = text;
    changed();
    input.focus();
    input.setSelectionRange(text.length, text.length);
  }

  function changed() {
    if (key !== null) room.drafts.set(key, input.value);
    send.disabled = input.value.trim() === "";
    input.style.height = "auto";
    if (input.scrollHeight > 0) input.style.height = `${input.scrollHeight}px`;
    hints.update();
  }

  async function submit() {
    const text = input.value.trim();
    if (text === "") return;
    const from = key;
    fill("");
    sent();
    const answer = await room.say(text, inThread);
    // What was refused comes back, unless something else was begun meanwhile.
    if (answer.ok || room.drafts.get(from)) return;
    room.drafts.set(from, text);
    if (from === key) fill(text);
  }

  node.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  input.addEventListener("input", changed);
  input.addEventListener("blur", () => hints.update());
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || hints.handleKey(event)) return;
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    submit();
  });

  return {
    node,
    fill,
    focus: () => input.focus(),
    show({ label, draftKey }) {
      input.placeholder = label;
      input.setAttribute("aria-label", label);
      who.textContent = `as ${room.me()?.realName ?? ""}`;
      if (draftKey === key) return;
      key = draftKey;
      input.value = room.drafts.get(key) ?? "";
      changed();
    },
  };
}

function parts() {
  const input = el("textarea", {
    rows: "1",
    spellcheck: "true",
    autocomplete: "off",
  });
  const send = el(
    "button",
    { type: "submit", class: "button button-primary button-icon", "aria-label": "Send" },
    icon("send"),
  );
  return { input, send, who: el("span", { class: "writing-as" }) };
}

function formOf(room, { hints, input, send, who }) {
  const bar = el(
    "div",
    { class: "composer-bar" },
    el("span", { class: "has-menu opens-up" }, shortcutButton(room)),
    who,
    el("span", { class: "quiet keys" }, "Enter sends, Shift+Enter starts a line"),
    send,
  );
  return el("form", { class: "composer" }, hints.node, el("div", { class: "composer-box" }, input, bar));
}
