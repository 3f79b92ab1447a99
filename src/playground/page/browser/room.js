import { readAddress, writeAddress } from "./address.js";
import { createStore } from "./state.js";
import { createWire } from "./wire.js";

/**
 * What every pane works with: the store, the place in view, and the ways to act. `render` draws what changed;
 * `notice` shows a sentence; both are handed in by the page, which knows the panes.
 */
export function createRoom({ render, notice, follow }) {
  const address = readAddress();
  const wire = createWire(address.token);
  const store = createStore();
  const room = {
    store,
    wire,
    drafts: new Map(),
    place: { channel: address.channel, thread: address.thread, pane: address.pane ?? "channel" },
    wantedPerson: address.as,
    me: () => store.data.users.get(store.data.me) ?? null,
    channel: () => store.data.channels.get(room.place.channel) ?? null,
    go,
    settle,
    actAs,
    post,
    say,
    click: async (action) => (await post("click", action)).ok,
    shortcut,
    tell: notice,
    closeView,
    openHome,
  };

  function say(text, inThread) {
    const where = inThread ? { thread_ts: room.place.thread } : {};
    return post("say", { channel: room.place.channel, text, ...where });
  }

  function shortcut(callbackId, message) {
    const where = message === undefined ? {} : { channel: message.channel, ts: message.ts };
    return post("shortcut", { callback_id: callbackId, channel: room.place.channel, ...where });
  }

  /** Changes the place, keeps the address in step, and draws. */
  function go(change) {
    Object.assign(room.place, change);
    settle();
    render(change);
  }

  /** Brings a place that no longer exists (or never did) back to one that does. */
  function settle() {
    const { data } = store;
    if (!data.channels.has(room.place.channel)) {
      const all = [...data.channels.values()];
      room.place.channel = (all.find((channel) => channel.botIsMember) ?? all[0])?.id ?? null;
      room.place.thread = null;
    }
    if (room.place.thread !== null && store.find(room.place.channel, room.place.thread) === null)
      room.place.thread = null;
    if (!["sidebar", "channel", "thread", "home"].includes(room.place.pane)) room.place.pane = "channel";
    if (room.place.pane === "thread" && room.place.thread === null) room.place.pane = "channel";
    data.unread.delete(room.place.channel);
    writeAddress({ as: room.wantedPerson ?? data.me, ...room.place });
  }

  /** At once: what is pressed before their view has come is theirs too. */
  function actAs(id) {
    room.wantedPerson = id;
    render({});
    follow();
    if (room.place.pane === "home") void post("home", { as: id });
  }

  async function post(path, body) {
    const answer = await wire.post(path, { as: room.wantedPerson ?? store.data.me, ...body });
    if (!answer.ok) notice(answer.error);
    return answer;
  }

  /** Shows the Home, and lets the app hear that it was opened, as Slack does each time. */
  async function openHome() {
    go({ thread: null, pane: "home" });
    await post("home", {});
  }

  async function closeView(viewId) {
    store.data.modal = null;
    render({});
    await post("close", { view_id: viewId });
  }

  return room;
}
