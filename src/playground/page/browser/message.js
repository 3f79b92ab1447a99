import { syncBlocks } from "./blocks.js";
import { askConfirm } from "./confirm.js";
import { clock, momentOf } from "./dates.js";
import { el, icon } from "./dom.js";
import { drawDots } from "./dots.js";
import { createForm } from "./form.js";
import { mrkdwnNodes } from "./mrkdwn.js";
import { avatar } from "./people.js";
import { messageMenuButton } from "./shortcuts.js";

/**
 * One message as an element that can follow its changes in place. `inThread`: it stands in the thread pane, where no
 * reply count is shown.
 */
export function createMessage(room, first, { inThread }) {
  let message = first;
  const author = room.store.data.users.get(message.user);
  const name = author?.realName ?? message.user;
  const only = message.ephemeral ? el("p", { class: "only-you" }, icon("eye"), "Only visible to you") : null;
  const origin = el("p", { class: "origin", hidden: true });
  const edited = el("span", { class: "edited", hidden: true }, "(edited)");
  const head = el(
    "p",
    { class: "message-head" },
    el("strong", {}, name),
    author?.isBot ? el("span", { class: "badge" }, "APP") : null,
    el(
      "time",
      { datetime: momentOf(message.ts).toISOString(), title: momentOf(message.ts).toLocaleString() },
      clock(message.ts),
    ),
  );
  const body = el("div", { class: "message-body" });
  const foot = el("div", { class: "message-foot" });
  const node = el(
    "article",
    {
      class: message.ephemeral ? "message ephemeral" : "message",
      tabindex: "-1",
      "aria-label": `${name}, ${clock(message.ts)}`,
      data: { ts: message.ts },
    },
    avatar(author),
    el("div", { class: "message-main" }, only, origin, head, body, edited, foot),
    message.ephemeral
      ? null
      : el(
          "div",
          { class: "message-tools has-menu" },
          inThread ? null : replyButton(room, message),
          messageMenuButton(room, message),
        ),
  );
  const scope = {
    directory: room.store.data,
    form: createForm(),
    confirm: (object) => askConfirm(object, room.store.data),
    dispatch: (action) => room.click({ channel: message.channel, ts: message.ts, ...action }),
  };
  let print = null;
  return {
    node,
    update(next, { follows }) {
      message = next;
      node.classList.toggle("follows", follows);
      const now = JSON.stringify([message.text, message.blocks]);
      if (now !== print) drawBody(body, message, scope);
      print = now;
      edited.hidden = !message.edited;
      if (!inThread) drawFoot(room, foot, origin, message);
    },
  };
}

function drawBody(body, message, scope) {
  if (message.blocks?.length > 0) {
    for (const text of body.querySelectorAll(":scope > .message-text")) text.remove();
    return syncBlocks(body, message.blocks, scope);
  }
  const text = el("div", { class: "message-text" }, ...mrkdwnNodes(message.text, scope.directory));
  body.replaceChildren(drawDots(text));
}

function replyButton(room, message) {
  const root = message.threadTs ?? message.ts;
  return el(
    "button",
    {
      type: "button",
      class: "button button-icon",
      "aria-label": "Reply in thread",
      title: "Reply in thread",
      on: { click: () => room.go({ thread: root, pane: "thread" }) },
    },
    icon("reply"),
  );
}

function drawFoot(room, foot, origin, message) {
  const replies = room.store.repliesTo(message);
  const isReply = message.threadTs !== null && message.threadTs !== message.ts;
  origin.hidden = !isReply || message.ephemeral;
  if (isReply) drawOrigin(room, origin, message);
  const last = replies.at(-1);
  const print = `${replies.length} ${last?.ts ?? ""}`;
  if (foot.dataset.print === print) return;
  foot.dataset.print = print;
  if (last === undefined) return foot.replaceChildren();
  const existing = foot.querySelector("button");
  const button =
    existing ??
    el("button", {
      type: "button",
      class: "thread-link",
      on: { click: () => room.go({ thread: message.ts, pane: "thread" }) },
    });
  const people = [...new Set(replies.map((reply) => reply.user))]
    .slice(0, 3)
    .map((id) => avatar(room.store.data.users.get(id)));
  const count = `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`;
  button.replaceChildren(
    ...people,
    el("span", { class: "reply-count" }, count),
    el("span", { class: "quiet" }, `last at ${clock(last.ts)}`),
  );
  if (existing === null) foot.append(button);
}

/** Which message it replies to, as that reads now: a card changes while its thread goes on. */
function drawOrigin(room, origin, message) {
  const root = room.store.find(message.channel, message.threadTs);
  const label = root?.text ? shorten(readable(root.text, room.store.data)) : "a thread";
  if (origin.dataset.label === label) return;
  origin.dataset.label = label;
  const open = () => room.go({ thread: message.threadTs, pane: "thread" });
  origin.replaceChildren(
    "replied to ",
    el("button", { type: "button", class: "link-button", on: { click: open } }, label),
  );
}

function readable(text, directory) {
  return el("span", {}, ...mrkdwnNodes(text, directory)).textContent;
}

function shorten(text) {
  const line = text.replaceAll(/\s+/g, " ").replaceAll(/[*_`~]/g, "");
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
