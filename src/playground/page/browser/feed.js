import { dayName, momentOf } from "./dates.js";
import { el, icon } from "./dom.js";
import { createMessage } from "./message.js";

const NEAR_END_PX = 80;
const SAME_BREATH_MS = 5 * 60_000;

/**
 * A scrolling list of messages that follows the store in place. New messages scroll into view only when the reader is
 * at the end already; otherwise what they look at stays where it is and a button offers the way down.
 */
export function createFeed(room, { inThread, intro }) {
  const list = el("div", { class: "feed-list" });
  const scroll = el(
    "div",
    { class: "feed", role: "log", "aria-live": "polite", "aria-relevant": "additions", tabindex: "0" },
    intro,
    list,
  );
  const jump = el(
    "button",
    { type: "button", class: "jump", hidden: true, on: { click: toEnd } },
    icon("down"),
    "New messages",
  );
  const shown = new Map();
  let place = null;
  scroll.addEventListener("scroll", () => {
    if (isNearEnd()) jump.hidden = true;
  });
  // A growing composer or a resized window must not push the newest message out of sight.
  new ResizeObserver(() => {
    if (wasNearEnd) toEnd();
  }).observe(scroll);
  let wasNearEnd = true;

  function toEnd() {
    scroll.scrollTop = scroll.scrollHeight;
    jump.hidden = true;
    wasNearEnd = true;
  }
  function isNearEnd() {
    wasNearEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_END_PX;
    return wasNearEnd;
  }

  return {
    node: el("div", { class: "feed-box" }, scroll, jump),
    toEnd,
    show(newPlace, label, messages) {
      const fresh = newPlace !== place;
      if (fresh) {
        list.replaceChildren();
        shown.clear();
      }
      place = newPlace;
      scroll.setAttribute("aria-label", label);
      const stay = fresh || isNearEnd();
      const anchor = stay ? null : topVisible(scroll, list);
      const added = draw(list, shown, messages, (one) => createMessage(room, one, { inThread }));
      if (stay) toEnd();
      else if (anchor !== null) scroll.scrollTop += anchor.node.getBoundingClientRect().top - anchor.top;
      if (!stay && added > 0) jump.hidden = false;
    },
  };
}

/** Brings the list to these messages in place, and says how many came. `make` makes one that is not shown yet. */
function draw(list, shown, messages, make) {
  removeGone(shown, messages);
  let added = 0;
  let before = null;
  let cursor = list.firstElementChild;
  for (const message of messages) {
    const newDay = before === null || dayName(before.ts) !== dayName(message.ts);
    cursor = placeDivider(list, cursor, newDay ? dayName(message.ts) : null);
    if (!shown.has(message.ts)) {
      shown.set(message.ts, make(message));
      added += 1;
    }
    const one = shown.get(message.ts);
    if (one.node === cursor) cursor = cursor.nextElementSibling;
    else list.insertBefore(one.node, cursor);
    one.update(message, { follows: !newDay && isSameBreath(before, message) });
    before = message;
  }
  removeFrom(cursor);
  return added;
}

function removeGone(shown, messages) {
  const wanted = new Set(messages.map((message) => message.ts));
  for (const [ts, one] of shown) {
    if (wanted.has(ts)) continue;
    one.node.remove();
    shown.delete(ts);
  }
}

/** A node and all that come after it. */
function removeFrom(node) {
  for (let one = node; one !== null; ) {
    const next = one.nextElementSibling;
    one.remove();
    one = next;
  }
}

function placeDivider(list, cursor, name) {
  const isDivider = cursor?.classList.contains("day") === true;
  if (name === null) {
    if (!isDivider) return cursor;
    const next = cursor.nextElementSibling;
    cursor.remove();
    return next;
  }
  if (isDivider && cursor.textContent === name) return cursor.nextElementSibling;
  list.insertBefore(el("p", { class: "day" }, el("span", {}, name)), cursor);
  return cursor;
}

/** The same person going on within minutes: no second head. */
function isSameBreath(before, message) {
  const plain = [before, message].every((one) => !one.ephemeral && !one.broadcast);
  return plain && before.user === message.user && momentOf(message.ts) - momentOf(before.ts) < SAME_BREATH_MS;
}

function topVisible(scroll, list) {
  const edge = scroll.getBoundingClientRect().top;
  for (const node of list.children) {
    const box = node.getBoundingClientRect();
    if (box.bottom > edge) return { node, top: box.top };
  }
  return null;
}
