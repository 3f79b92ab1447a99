import { el } from "./dom.js";
import { textNodes } from "./mrkdwn.js";

/** Asks what a Block Kit `confirm` object asks. Resolves to true only when the person pressed its confirm button. */
export function askConfirm(confirm, directory) {
  const id = `confirm-${crypto.randomUUID()}`;
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
  // A second Enter on Approve must run nothing: every yes wants a deliberate step to its button.
  no.setAttribute("autofocus", "");
  const from = document.activeElement;
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
      giveBack(from);
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
  });
}

/** Gives the focus back; where the button was drawn anew meanwhile, to the one in its place. */
function giveBack(from) {
  const key = from?.dataset?.focus;
  if (key === undefined) return;
  const same = [...document.querySelectorAll("[data-focus]")].find((node) => node.dataset.focus === key);
  (from.isConnected ? from : same)?.focus({ preventScroll: true });
}
