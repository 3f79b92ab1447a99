import { el, icon } from "./dom.js";

const SHOWN_FOR_MS = 20_000;
const MOST = 3;

/** Sentences from the workspace itself, such as "the app did not respond". They stay a while, or until dismissed. */
export function createNotices(container) {
  return {
    show(text) {
      const close = el(
        "button",
        {
          type: "button",
          class: "button button-icon",
          "aria-label": "Dismiss",
          on: { click: () => node.remove() },
        },
        icon("close"),
      );
      const node = el("p", { class: "notice" }, el("span", {}, text), close);
      container.append(node);
      while (container.childElementCount > MOST) container.firstElementChild.remove();
      setTimeout(() => node.remove(), SHOWN_FOR_MS);
    },
  };
}
