import { Refused } from "./wire.js";

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 8_000;

/**
 * Keeps one person's view up to date until `stop()`: opens the event stream, fetches the state once it is open (so
 * that nothing falls between the two), and does both again, with growing pauses, whenever the stream breaks.
 * `as` null is whoever the server proposes. `onLink` hears "connecting", "live", "reconnecting" or "refused" (with a sentence).
 */
export function followStream({ wire, as, onState, onEvent, onLink }) {
  let source = null;
  let timer = null;
  let attempt = 0;
  let stopped = false;

  function open() {
    let early = [];
    source = new EventSource(wire.streamAddress(as));
    source.onmessage = (message) => {
      const event = JSON.parse(message.data);
      if (early === null) onEvent(event);
      else early.push(event);
    };
    source.onopen = async () => {
      const mine = source;
      const state = await fetchState();
      if (state === null || stopped || mine !== source) return;
      attempt = 0;
      onState(state);
      for (const event of early) onEvent(event);
      early = null;
      onLink("live");
    };
    source.onerror = retryLater;
  }

  async function fetchState() {
    try {
      return await wire.fetchState(as);
    } catch (fault) {
      if (fault instanceof Refused) {
        stop();
        onLink("refused", fault.message);
      } else retryLater();
      return null;
    }
  }

  function retryLater() {
    source?.close();
    source = null;
    if (stopped || timer !== null) return;
    onLink("reconnecting");
    const wait = Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS);
    attempt += 1;
    timer = setTimeout(retry, wait * (0.75 + Math.random() / 2));
  }

  // The stream itself cannot tell a wrong token from a server that is down; asking for the state first can.
  async function retry() {
    timer = null;
    const state = await fetchState();
    if (state === null || stopped) return;
    as ??= state.me;
    open();
  }

  function stop() {
    stopped = true;
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  onLink("connecting");
  if (as === null) retry();
  else open();
  return { stop };
}
