const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element. `props`: `class`, `text`, `on` (event -> listener), `data` (dataset), anything else is an
 * attribute (true = present, false or null or undefined = absent). Children are nodes or strings. Text only ever
 * arrives as text nodes, so nothing a program sends can become markup.
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProp(node, name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

function setProp(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "class") node.className = value;
  else if (name === "text") node.textContent = value;
  else if (name === "data") Object.assign(node.dataset, value);
  else if (name === "on")
    for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
  else node.setAttribute(name, value === true ? "" : String(value));
}

/** A link that opens in a new tab, or only its label when the address is not http(s). */
export function link(address, ...label) {
  if (!isWebAddress(address)) return el("span", { class: "dead-link" }, ...label);
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...label);
}

/** Whether this is an absolute http(s) address. */
export function isWebAddress(address) {
  if (typeof address !== "string" || !/^https?:\/\//i.test(address)) return false;
  return URL.canParse(address);
}

/** Runs a change of `container`'s content, then gives the focus back to the control with the same `data-focus`. */
export function keepFocus(container, change) {
  const active = document.activeElement;
  if (!container.contains(active)) return change();
  const key = active.dataset.focus;
  const caret = "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : [null];
  change();
  if (container.contains(document.activeElement)) return;
  const next = [...container.querySelectorAll("[data-focus]")].find((node) => node.dataset.focus === key);
  if (key === undefined || next === undefined)
    return container.closest("[tabindex]")?.focus({ preventScroll: true });
  next.focus({ preventScroll: true });
  if (caret[0] !== null && "setSelectionRange" in next) next.setSelectionRange(...caret);
}

const paths = {
  chevron: "M6 3l5 5-5 5",
  back: "M10 3 5 8l5 5",
  close: "M4 4l8 8M12 4l-8 8",
  send: "M2.5 8h9M8 4l4.5 4L8 12",
  hash: "M6.5 2.5l-1.5 11M11 2.5l-1.5 11M3 6h10.5M2.5 10H13",
  lock: "M4 7h8v6.5H4zM5.5 7V5a2.5 2.5 0 0 1 5 0v2",
  eye: "M1.5 8S4 3.5 8 3.5 14.500 8 14.500 8 12 12.500 8 12.500 1.500 8 1.500 8zM8 6.300a1.700 1.700 0 1 0 0 3.400 1.700 1.700 0 0 0 0-3.400",
  reply: "M2.500 3.500h11v7.500H8l-3 2.500V11H2.500z",
  down: "M3.500 6 8 10.500 12.500 6",
  dots: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  bolt: "M9 2 4 9h4l-1 5 5-7H8z",
  home: "M2.500 7.500 8 3l5.500 4.500M4 6.500V13h8V6.500",
};

/** A small line icon; decorative, so hidden from screen readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of [
    ["viewBox", "0 0 16 16"],
    ["class", "icon"],
    ["aria-hidden", "true"],
  ])
    svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", paths[name]);
  if (name === "dots") path.setAttribute("stroke-width", "2.4");
  svg.append(path);
  return svg;
}
