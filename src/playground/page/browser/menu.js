import { el } from "./dom.js";

/** Opens a menu under `button`: arrows move, Enter chooses, Escape or a press elsewhere closes. Choices are `{label, choose}`. */
export function openMenu(button, choices) {
  const open = button.parentElement.querySelector(":scope > .menu");
  if (open !== null) return open.remove();
  const items = choices.map((choice) =>
    el(
      "button",
      { type: "button", role: "menuitem", class: "menu-item", on: { click: () => pick(choice) } },
      ...choice.label,
    ),
  );
  const menu = el("div", { class: "menu", role: "menu" }, ...items);

  function close(giveFocusBack) {
    document.removeEventListener("pointerdown", outside, true);
    menu.remove();
    button.setAttribute("aria-expanded", "false");
    if (giveFocusBack) button.focus();
  }
  function pick(choice) {
    close(true);
    choice.choose();
  }
  function outside(event) {
    if (!menu.contains(event.target) && !button.contains(event.target)) close(false);
  }

  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") close(true);
    else if (event.key === "Tab") close(false);
    else if (step !== undefined)
      items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  });
  document.addEventListener("pointerdown", outside, true);
  button.after(menu);
  button.setAttribute("aria-expanded", "true");
  items[0]?.focus();
}
