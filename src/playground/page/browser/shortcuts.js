import { el, icon } from "./dom.js";
import { openMenu } from "./menu.js";

/** The lightning beside the composer: what the app offers wherever one is. Null for an app that offers nothing. */
export function shortcutButton(room) {
  const choose = ({ callbackId }) => room.shortcut(callbackId);
  return menuButton(room, { type: "global", label: "Shortcuts", picture: "bolt", choose });
}

/** The dots on a message: what the app does with it. */
export function messageMenuButton(room, message) {
  const choose = ({ callbackId }) => room.shortcut(callbackId, message);
  return menuButton(room, { type: "message", label: "More actions", picture: "dots", choose });
}

function menuButton(room, { type, label, picture, choose }) {
  const button = el(
    "button",
    {
      type: "button",
      class: "button button-icon",
      "aria-label": label,
      title: label,
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      on: { click: open },
    },
    icon(picture),
  );
  function open() {
    const own = room.store.data.shortcuts.filter((one) => one.type === type);
    const choices = own.map((one) => ({ label: [one.name], choose: () => choose(one) }));
    if (choices.length > 0) openMenu(button, choices);
  }
  return button;
}
