/**
 * What the page knows: the server's state for one person, kept current by events. Messages are keyed by channel and
 * ts; the same key again replaces the message.
 */
export function createStore() {
  const store = {
    ready: false,
    team: { id: "", name: "" },
    me: "",
    users: new Map(),
    groups: new Map(),
    channels: new Map(),
    commands: [],
    shortcuts: [],
    messages: new Map(),
    modal: null,
    home: null,
    unread: new Set(),
  };
  return {
    data: store,
    load: (state) => load(store, state),
    apply: (event, seenChannel) => apply(store, event, seenChannel),
    inChannel: (channel) =>
      sorted(store, (m) => m.channel === channel && (m.threadTs === null || m.broadcast)),
    inThread: (channel, ts) =>
      sorted(store, (m) => m.channel === channel && (m.threadTs === ts || (m.ts === ts && !isReply(m)))),
    repliesTo: (message) =>
      sorted(
        store,
        (m) => m.channel === message.channel && m.threadTs === message.ts && isReply(m) && !m.ephemeral,
      ),
    find: (channel, ts) => store.messages.get(keyOf({ channel, ts })) ?? null,
  };
}

function load(store, state) {
  store.ready = true;
  store.team = state.team;
  store.me = state.me;
  store.users = new Map(state.users.map((user) => [user.id, user]));
  store.groups = new Map((state.groups ?? []).map((group) => [group.id, group]));
  store.channels = new Map(state.channels.map((channel) => [channel.id, channel]));
  store.commands = state.commands;
  store.shortcuts = state.shortcuts ?? [];
  store.messages = new Map(state.messages.map((message) => [keyOf(message), message]));
  store.modal = state.modal;
  store.home = state.home;
}

function apply(store, event, seenChannel) {
  if (event.type === "message") {
    const isNew = !store.messages.has(keyOf(event.message));
    store.messages.set(keyOf(event.message), event.message);
    if (isNew && event.message.channel !== seenChannel) store.unread.add(event.message.channel);
  } else if (event.type === "deleted") store.messages.delete(keyOf(event));
  else if (event.type === "modal") store.modal = event.view;
  else if (event.type === "home") store.home = event.view;
}

const keyOf = ({ channel, ts }) => `${channel}/${ts}`;
const isReply = (message) => message.threadTs !== null && message.threadTs !== message.ts;

function sorted(store, wanted) {
  const found = [...store.messages.values()].filter(wanted);
  return found.sort((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0));
}
