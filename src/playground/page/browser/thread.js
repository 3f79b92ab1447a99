import { createComposer } from "./composer.js";
import { el, icon } from "./dom.js";
import { createFeed } from "./feed.js";

/** The thread beside the channel: the first message, its replies, and a composer of its own. */
export function createThread(room, container) {
  const where = el("span", { class: "quiet about" });
  const leave = () => room.go({ thread: null, pane: "channel" });
  const back = el(
    "button",
    {
      type: "button",
      class: "button button-icon back-button",
      "aria-label": "Back to the channel",
      on: { click: leave },
    },
    icon("back"),
  );
  const close = el(
    "button",
    {
      type: "button",
      class: "button button-icon close-button",
      "aria-label": "Close the thread",
      on: { click: leave },
    },
    icon("close"),
  );
  const feed = createFeed(room, { inThread: true, intro: null });
  const composer = createComposer(room, { inThread: true, sent: () => feed.toEnd() });
  container.append(
    el(
      "header",
      { class: "pane-head" },
      back,
      el("div", { class: "pane-title" }, el("h2", {}, "Thread"), where),
      close,
    ),
    feed.node,
    composer.node,
  );
  container.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) leave();
  });

  return {
    focus: () => composer.focus(),
    render() {
      const channel = room.channel();
      const root = room.place.thread;
      container.hidden = root === null || channel === null;
      if (container.hidden) return;
      where.textContent = `#${channel.name}`;
      feed.show(
        `${room.store.data.me}/${channel.id}/${root}`,
        "Messages in the thread",
        room.store.inThread(channel.id, root),
      );
      composer.show({ label: "Reply…", draftKey: `${room.store.data.me}/${channel.id}/${root}` });
    },
  };
}
