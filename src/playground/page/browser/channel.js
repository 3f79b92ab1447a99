import { createComposer } from "./composer.js";
import { el, icon } from "./dom.js";
import { examples } from "./examples.js";
import { createFeed } from "./feed.js";
import { avatar, iconOf, nameOf } from "./people.js";

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
  const tries = createExamples(room, composer);
  container.append(
    el("header", { class: "pane-head" }, back, el("div", { class: "pane-title" }, title, about), me),
    feed.node,
    tries.node,
    composer.node,
    typing,
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
      const { users } = room.store.data;
      title.replaceChildren(icon(iconOf(channel)), channel.isIm ? nameOf(channel, users) : channel.name);
      about.textContent = channel.botIsMember ? "" : "The bot is not in this channel";
      const square = avatar(person);
      me.replaceChildren(square);
      // Who says what they see says the initials.
      me.setAttribute(
        "aria-label",
        `${square.textContent}, acting as ${person?.realName ?? "nobody"}. Change`,
      );
      drawIntro(intro, channel, room.store.data);
      const messages = room.store.inChannel(channel.id);
      const place = `${room.store.data.me}/${channel.id}`;
      feed.show(place, `Messages in ${nameOf(channel, users)}`, messages);
      tries.node.hidden = channel.isIm === true;
      tries.foldOnce(messages.some((message) => room.store.data.users.get(message.user)?.isBot));
      composer.show({ label: `Message ${nameOf(channel, users)}`, draftKey: place });
    },
  };
}

/** What to do here, for somebody who has never seen it. */
function drawIntro(intro, channel, data) {
  if (intro.dataset.channel === channel.id) return;
  intro.dataset.channel = channel.id;
  if (channel.isIm) {
    const quiet =
      "Write here what should change, or a word such as help. What waits for your approval comes here too.";
    intro.replaceChildren(el("h2", {}, nameOf(channel, data.users)), el("p", {}, quiet));
    return;
  }
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

/** The examples: open until the app has said something here, then folded away; whoever opens them again keeps them. */
function createExamples(room, composer) {
  const chips = examples.map(({ text, note }) => {
    const fill = () => composer.fill(`${room.store.data.commands[0]?.command ?? "/infra"} ${text}`);
    return el("button", { type: "button", class: "chip", on: { click: fill } }, text, el("small", {}, note));
  });
  const node = el(
    "details",
    { class: "examples" },
    el("summary", {}, "Try this"),
    el("div", { class: "chips" }, ...chips),
  );
  let folded = null;
  return {
    node,
    foldOnce(fold) {
      if (fold === folded) return;
      folded = fold;
      node.open = !fold;
    },
  };
}
