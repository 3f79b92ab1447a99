import { readAddress } from "./address.js";
import { rememberFolding } from "./carry.js";
import { createChannel } from "./channel.js";
import { createHome } from "./home.js";
import { createModal } from "./modal.js";
import { createNotices } from "./notices.js";
import { createRoom } from "./room.js";
import { createSidebar } from "./sidebar.js";
import { followStream } from "./stream.js";
import { createThread } from "./thread.js";

const linkWords = { connecting: "connecting…", live: "", reconnecting: "reconnecting…" };
const byId = (id) => document.getElementById(id);
const notices = createNotices(byId("notices"));
const room = createRoom({ render, notice: notices.show, follow });
const panes = {
  sidebar: createSidebar(room, byId("sidebar")),
  channel: createChannel(room, byId("channel")),
  thread: createThread(room, byId("thread")),
  home: createHome(room, byId("home")),
};
const modal = createModal(room);
let stream = null;
let frame = null;
let isPressing = false;
let isDue = false;

follow();
rememberFolding();
addEventListener("hashchange", () => {
  const { as, channel, thread, pane } = readAddress();
  if (as !== null && as !== room.store.data.me) room.actAs(as);
  room.go({ channel, thread, pane });
});

// Exchanged between press and release, a button would not hear of the click. The click comes before the next frame.
addEventListener("pointerdown", () => (isPressing = true), true);
for (const end of ["pointerup", "pointercancel", "dragend", "blur"]) addEventListener(end, release, true);

function release() {
  isPressing = false;
  if (isDue) scheduleRender();
}

/** Follows the events of the person acted as; called again when that changes. */
function follow() {
  stream?.stop();
  stream = followStream({
    wire: room.wire,
    as: room.wantedPerson,
    onState(state) {
      room.store.load(state);
      room.wantedPerson = state.me;
      room.settle();
      render({});
    },
    onEvent,
    onLink: showLink,
  });
}

function onEvent(event) {
  if (event.type === "notice") return notices.show(event.text);
  if (event.type === "typing") return panes.channel.showTyping();
  const inView = room.place.pane === "home" ? null : room.place.channel;
  room.store.apply(event, inView);
  scheduleRender();
}

/** A burst of events is drawn once. A hidden tab gets no frames, so the timer is what counts there. */
function scheduleRender() {
  isDue = isPressing;
  if (frame !== null || isPressing) return;
  frame = setTimeout(() => render({}), 16);
}

/** Draws everything that changed. `change` is the change of place, when there was one: a pane that opens gets the focus. */
function render(change) {
  clearTimeout(frame);
  frame = null;
  if (!room.store.data.ready) return;
  const { pane, thread } = room.place;
  document.body.dataset.pane = pane;
  document.body.dataset.thread = thread === null ? "closed" : "open";
  byId("channel").hidden = pane === "home";
  for (const one of Object.values(panes)) one.render();
  modal.render();
  document.title = `${pane === "home" ? "Home" : (room.channel()?.name ?? "")} · ${room.store.data.team.name}`;
  // On a touch screen a focus would bring up the keyboard over what was just opened.
  if (change.pane !== undefined && matchMedia("(pointer: fine)").matches) panes[pane].focus();
}

function showLink(state, sentence) {
  document.body.dataset.link = state;
  byId("link-state").textContent = linkWords[state] ?? "not connected";
  if (state === "refused")
    notices.show(`${sentence} Use the address that the program printed when it started.`);
}
