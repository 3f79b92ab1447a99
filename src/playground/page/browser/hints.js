import { el } from "./dom.js";

/**
 * The list of slash commands above a composer while its text is a beginning `/`. `handleKey` answers true when the
 * key was meant for the list. `complete(text)` puts the chosen command into the composer.
 */
export function createHints(room, { input, inThread, complete }) {
  const id = `hints-${crypto.randomUUID()}`;
  const list = el("div", { class: "hints", id, role: "listbox", "aria-label": "Commands", hidden: true });
  input.setAttribute("aria-controls", id);
  input.setAttribute("aria-autocomplete", "list");
  let matches = [];
  let chosen = 0;
  let dismissed = null;

  function update() {
    const text = input.value;
    const typing = /^\/\S*$/.test(text) && text !== dismissed;
    if (text !== dismissed) dismissed = null;
    matches = typing ? room.store.data.commands.filter(({ command }) => command.startsWith(text)) : [];
    chosen = 0;
    draw(text);
  }

  function draw(text) {
    const usage = usageOf(room.store.data.commands, text);
    const rows = matches.map((command, index) => row(command, index));
    if (rows.length === 0 && usage !== null) rows.push(el("p", { class: "usage" }, usage));
    if (inThread && text.startsWith("/"))
      rows.push(
        el("p", { class: "usage" }, "Slack takes no slash commands inside threads. Send it in the channel."),
      );
    list.replaceChildren(...rows);
    list.hidden = rows.length === 0;
    if (matches.length > 0) input.setAttribute("aria-activedescendant", `${id}-${chosen}`);
    else input.removeAttribute("aria-activedescendant");
  }

  function row(command, index) {
    const node = el(
      "div",
      { class: "hint-row", role: "option", id: `${id}-${index}`, "aria-selected": String(index === chosen) },
      el("p", {}, el("strong", {}, command.command), " ", el("span", { class: "quiet" }, command.usageHint)),
      el("p", { class: "quiet" }, command.description),
    );
    node.addEventListener("mousedown", (event) => {
      event.preventDefault();
      complete(`${command.command} `);
    });
    return node;
  }

  function handleKey(event) {
    if (matches.length === 0) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      chosen = (chosen + step + matches.length) % matches.length;
      draw(input.value);
    } else if (event.key === "Escape") {
      dismissed = input.value;
      update();
    } else if (event.key === "Tab" || (event.key === "Enter" && matches[chosen].command !== input.value)) {
      complete(`${matches[chosen].command} `);
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  return { node: list, update, handleKey };
}

/** While the words after a command are still missing: how it is used. */
function usageOf(commands, text) {
  const found = commands.find(({ command }) => text === `${command} `);
  return found === undefined || !found.usageHint ? null : `${found.command} ${found.usageHint}`;
}
