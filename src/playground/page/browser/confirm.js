import { el } from "./dom.js";
import { textNodes } from "./mrkdwn.js";

/** Asks what a Block Kit `confirm` object asks. Resolves to true only when the person pressed its confirm button. */
export function askConfirm(confirm, directory) {
  const id = `confirm-${crypto.randomUUID()}`;
  const dangerous = confirm.style === "danger";
  const yes = el(
    "button",
    { type: "submit", value: "yes", class: `button button-${confirm.style ?? "primary"}` },
    ...textNodes(confirm.confirm ?? "Yes", directory),
  );
  const no = el(
    "button",
    { type: "submit", value: "no", class: "button" },
    ...textNodes(confirm.deny ?? "Cancel", directory),
  );
  // What cannot be undone wants a deliberate step to its button; the rest is one Enter away.
  (dangerous ? no : yes).setAttribute("autofocus", "");
  const form = el(
    "form",
    { method: "dialog" },
    el("h2", { id: `${id}-title` }, ...textNodes(confirm.title ?? "Are you sure?", directory)),
    el("div", { class: "dialog-body", id: `${id}-text` }, ...textNodes(confirm.text, directory)),
    el("div", { class: "dialog-buttons" }, no, yes),
  );
  const dialog = el(
    "dialog",
    { class: "dialog dialog-confirm", "aria-labelledby": `${id}-title`, "aria-describedby": `${id}-text` },
    form,
  );
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
  });
}
