import { syncBlocks } from "./blocks.js";
import { askConfirm } from "./confirm.js";
import { el, icon } from "./dom.js";
import { createForm } from "./form.js";

/** The app's Home, as it published it for the person looking. */
export function createHome(room, container) {
  const back = el(
    "button",
    {
      type: "button",
      class: "button button-icon back-button",
      "aria-label": "Back to the workspace",
      on: { click: () => room.go({ pane: "sidebar" }) },
    },
    icon("back"),
  );
  const title = el("h1", {}, "Home");
  const body = el("div", { class: "home-body message-body", tabindex: "-1" });
  container.append(
    el("header", { class: "pane-head" }, back, el("div", { class: "pane-title" }, title)),
    el("div", { class: "feed" }, body),
  );
  let shown = null;
  let scope = null;

  return {
    focus: () => body.focus(),
    render() {
      const view = room.store.data.home;
      container.hidden = room.place.pane !== "home";
      title.textContent = view?.title || "Home";
      const key = view === null ? null : `${room.store.data.me}/${view.id}`;
      if (key !== shown || view === null) body.replaceChildren();
      shown = key;
      if (view === null)
        return body.append(el("p", { class: "quiet" }, "The app has published nothing here yet."));
      if (body.childElementCount === 0) scope = scopeFor(room);
      syncBlocks(body, view.blocks, scope);
    },
  };
}

function scopeFor(room) {
  return {
    directory: room.store.data,
    // Below the page's own title there is no heading but these.
    heading: "h2",
    form: createForm(),
    confirm: (object) => askConfirm(object, room.store.data),
    dispatch: (action) => room.click({ view_id: room.store.data.home.id, ...action }),
  };
}
