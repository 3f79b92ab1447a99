import { syncBlocks } from "./blocks.js";
import { askConfirm } from "./confirm.js";
import { el, icon } from "./dom.js";
import { createForm, isEmpty } from "./form.js";

/** The modal on top of the page: follows the server's view, keeps what was typed while the view changes. */
export function createModal(room) {
  let shown = null;
  return {
    render() {
      const view = room.store.data.modal;
      if (shown !== null && shown.id !== view?.id) shown = shown.remove();
      if (view === null) return;
      if (shown === null) shown = openModal(room, view);
      shown.update(view);
    },
  };
}

function openModal(room, first) {
  const form = createForm();
  let view = first;
  const title = el("h2", { id: "modal-title" });
  const body = el("div", { class: "dialog-body" });
  const closeButton = el("button", { type: "button", class: "button", on: { click: close } });
  const submitButton = el("button", { type: "submit", class: "button button-primary" });
  const cross = el(
    "button",
    { type: "button", class: "button button-icon", "aria-label": "Close", on: { click: close } },
    icon("close"),
  );
  const content = el(
    "form",
    { novalidate: true, on: { submit } },
    el("header", {}, title, cross),
    body,
    el("div", { class: "dialog-buttons" }, closeButton, submitButton),
  );
  const dialog = el("dialog", { class: "dialog dialog-modal", "aria-labelledby": "modal-title" }, content);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  const scope = {
    directory: room.store.data,
    form,
    confirm: (object) => askConfirm(object, room.store.data),
    dispatch: (action) => room.click({ view_id: view.id, ...action }),
  };

  async function submit(event) {
    event.preventDefault();
    if (submitButton.getAttribute("aria-busy") === "true") return;
    const missing = missingAnswers(view.blocks, form);
    draw(missing);
    if (Object.keys(missing).length > 0) return focusFirstError();
    submitButton.setAttribute("aria-busy", "true");
    await room.post("submit", { view_id: view.id, values: form.collect(view.blocks) });
    submitButton.removeAttribute("aria-busy");
  }

  function close() {
    room.closeView(view.id);
  }

  function focusFirstError() {
    body.querySelector(".has-error :is(input, textarea, select)")?.focus();
  }

  function draw(errors) {
    syncBlocks(body, view.blocks, scope, errors);
  }

  document.body.append(dialog);
  let open = false;
  return {
    id: first.id,
    update(next) {
      view = next;
      title.textContent = view.title;
      closeButton.textContent = view.close ?? "Close";
      submitButton.textContent = view.submit ?? "";
      submitButton.hidden = !view.submit;
      draw(view.errors ?? {});
      if (!open) dialog.showModal();
      open = true;
      if (view.errors && Object.keys(view.errors).length > 0) focusFirstError();
    },
    remove() {
      dialog.close();
      dialog.remove();
      return null;
    },
  };
}

/** Slack's own client stops a form with an empty required input before the program hears of it; so does this one. */
function missingAnswers(blocks, form) {
  const found = {};
  for (const block of blocks) {
    if (block.type !== "input" || block.optional) continue;
    const value = form.get(block, block.element);
    const least = block.element.min_length ?? 0;
    if (isEmpty(value) || (typeof value === "string" && value.trim() === ""))
      found[block.block_id] = "Please fill this in.";
    else if (value.length < least) found[block.block_id] = `Please use at least ${least} characters.`;
  }
  return found;
}
