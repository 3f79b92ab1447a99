import { el, icon, keepFocus } from "./dom.js";
import { faultButtons } from "./faults.js";
import { avatar, iconOf } from "./people.js";

/** The workspace: whom to act as, the channels, and the app with its direct messages and its Home. */
export function createSidebar(room, container) {
  let print = null;
  const faults = faultButtons(room);
  return {
    focus: () => container.querySelector("input:checked, button")?.focus(),
    render() {
      const { team, me, users, channels, unread } = room.store.data;
      const model = [
        team,
        me,
        room.wantedPerson,
        [...users.values()],
        [...channels.values()],
        [...unread],
        room.place,
      ];
      const now = JSON.stringify(model);
      if (now === print) return;
      print = now;
      keepFocus(container, () => container.replaceChildren(...parts(room, faults)));
    },
  };
}

function parts(room, faults) {
  const { team, users } = room.store.data;
  const channels = [...room.store.data.channels.values()];
  const people = [...users.values()].filter((user) => !user.isBot);
  const bots = [...users.values()].filter((user) => user.isBot);
  return [
    el("h1", { class: "team" }, team.name),
    el(
      "fieldset",
      { class: "people" },
      el("legend", {}, "Act as"),
      ...people.map((user) => personRow(room, user)),
    ),
    el("h2", {}, "Channels"),
    el(
      "ul",
      {},
      ...rows(
        room,
        channels.filter((channel) => !channel.isIm),
      ),
    ),
    ...bots.slice(0, 1).flatMap((bot) => [
      el("h2", {}, "Apps"),
      el(
        "ul",
        {},
        el("li", {}, homeRow(room, bot)),
        ...rows(
          room,
          channels.filter((channel) => channel.isIm),
        ),
      ),
    ]),
    faults,
  ];
}

function rows(room, channels) {
  return channels.map((channel) => el("li", {}, channelRow(room, channel)));
}

function personRow(room, user) {
  const radio = el("input", {
    type: "radio",
    name: "act-as",
    value: user.id,
    checked: user.id === (room.wantedPerson ?? room.store.data.me),
    data: { focus: `as/${user.id}` },
  });
  radio.addEventListener("change", () => room.actAs(user.id));
  const text = el(
    "span",
    { class: "person-text" },
    el("strong", {}, user.realName),
    el("small", {}, user.title),
  );
  // Narrow, a pointer that chose a person wants to go on as them; arrow keys are still choosing.
  const goOn = (event) => {
    if (event.detail === 0 || room.place.pane !== "sidebar") return;
    // Later, because drawing anew now would take the radio away before it heard of the choice.
    setTimeout(() => room.go({ pane: "channel" }));
  };
  return el("label", { class: "person", on: { click: goOn } }, radio, avatar(user), text);
}

function channelRow(room, channel) {
  const { unread } = room.store.data;
  const current = room.place.pane !== "home" && room.place.channel === channel.id;
  const news = unread.has(channel.id);
  return el(
    "button",
    {
      type: "button",
      class: news ? "row has-news" : "row",
      "aria-current": current ? "page" : null,
      data: { focus: `channel/${channel.id}` },
      on: { click: () => room.go({ channel: channel.id, thread: null, pane: "channel" }) },
    },
    icon(iconOf(channel)),
    el("span", {}, channel.isIm ? "Messages" : channel.name),
    news ? el("span", { class: "news" }, "new") : null,
  );
}

function homeRow(room, bot) {
  const current = room.place.pane === "home" ? "page" : null;
  return el(
    "button",
    {
      type: "button",
      class: "row",
      "aria-current": current,
      data: { focus: "home" },
      on: { click: () => room.openHome() },
    },
    icon("home"),
    el("span", {}, `${bot.realName} Home`),
  );
}
