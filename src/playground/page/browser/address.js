/**
 * Where the page stands, read from its own address: the token from the query, the rest from the hash, so that a
 * reload comes back to the same person, channel and thread.
 */
export function readAddress() {
  const hash = new URLSearchParams(location.hash.slice(1));
  return {
    token: new URLSearchParams(location.search).get("token") ?? "",
    as: hash.get("as"),
    channel: hash.get("channel"),
    thread: hash.get("thread"),
    pane: hash.get("pane"),
  };
}

/** Writes the place into the hash and leaves path and query (the token) as they are. */
export function writeAddress({ as, channel, thread, pane }) {
  const hash = new URLSearchParams();
  for (const [key, value] of Object.entries({ as, channel, thread, pane })) if (value) hash.set(key, value);
  history.replaceState(null, "", `${location.pathname}${location.search}#${hash}`);
}
