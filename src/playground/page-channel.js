import { createComposer } from "./page-composer.js";
import { el, icon } from "./page-dom.js";
import { examples } from "./page-examples.js";
import { createFeed } from "./page-feed.js";
import { avatar } from "./page-people.js";

/** The channel: heading, messages, examples to try, composer. */
export function createChannel(room, container) {
  const title = el("h1");
  const about = el("span", { class: "quiet about" });
  const me = el("button", {
    type: "button",
    class: "button button-icon me-button",
    on: { click: () => room.go({ pane: "sidebar" }) },
  });
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
  const intro = el("div", { class: "intro" });
  const feed = createFeed(room, { inThread: false, intro });
  const typing = el("p", { class: "typing", role: "status" });
  const composer = createComposer(room, { inThread: false, sent: () => feed.toEnd() });
  container.append(
    el("header", { class: "pane-head" }, back, el("div", { class: "pane-title" }, title, about), me),
    feed.node,
    typing,
    examplesNode(room, composer),
    composer.node,
  );
  let typingTimer = null;

  return {
    focus: () => composer.focus(),
    showTyping() {
      typing.textContent = "The app is answering…";
      clearTimeout(typingTimer);
      typingTimer = setTimeout(() => typing.replaceChildren(), 4_000);
    },
    render() {
      const channel = room.channel();
      if (channel === null) return;
      const person = room.me();
      title.replaceChildren(icon(channel.isPrivate ? "lock" : "hash"), channel.name);
      about.textContent = channel.botIsMember ? "" : "The bot is not in this channel";
      me.replaceChildren(avatar(person));
      me.setAttribute("aria-label", `Acting as ${person?.realName ?? "nobody"}. Change`);
      drawIntro(intro, channel, room.store.data);
      feed.show(
        `${room.store.data.me}/${channel.id}`,
        `Messages in ${channel.name}`,
        room.store.inChannel(channel.id),
      );
      composer.show({ label: `Message #${channel.name}`, draftKey: `${room.store.data.me}/${channel.id}` });
    },
  };
}

/** What to do here, for somebody who has never seen it. */
function drawIntro(intro, channel, data) {
  if (intro.dataset.channel === channel.id) return;
  intro.dataset.channel = channel.id;
  const command = data.commands[0]?.command ?? "/infra";
  intro.replaceChildren(
    el("h2", {}, `Welcome to #${channel.name}`),
    el(
      "ol",
      {},
      el(
        "li",
        {},
        "Ask for a change: take an example below, or type ",
        el("code", {}, command),
        " and say what you want.",
      ),
      el("li", {}, "A risky plan waits. Act as somebody who approves and press Approve on its card."),
      el("li", {}, "Read the log in the card's thread and the verdict here."),
    ),
  );
}

function examplesNode(room, composer) {
  const chips = examples.map(({ text, note }) => {
    const fill = () => composer.fill(`${room.store.data.commands[0]?.command ?? "/infra"} ${text}`);
    return el("button", { type: "button", class: "chip", on: { click: fill } }, text, el("small", {}, note));
  });
  const wide = matchMedia("(min-width: 700px) and (min-height: 640px)").matches;
  return el(
    "details",
    { class: "examples", open: wide },
    el("summary", {}, "Try this"),
    el("div", { class: "chips" }, ...chips),
  );
}
