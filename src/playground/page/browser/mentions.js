import { fillDate } from "./dates.js";
import { el, isWebAddress, link } from "./dom.js";

/** Slack's three escapes undone, once each, so that `&amp;lt;` stays `&lt;`. */
export function unescapeSlack(text) {
  return text.replaceAll(/&(amp|lt|gt);/g, (_whole, name) => ({ amp: "&", lt: "<", gt: ">" })[name]);
}

/**
 * The node for what stands between `<` and `>` in Slack text: a mention, a channel, a date or a link; null when it is
 * none of them. A mention that would ping is made to stand out: in text from a model or a person it is a fault.
 */
export function angleNode(inner, directory) {
  const bar = inner.indexOf("|");
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? null : unescapeSlack(inner.slice(bar + 1));
  if (/^@[UW][A-Z0-9]+$/.test(target)) return userMention(target.slice(1), directory, label);
  if (/^#[CGD][A-Z0-9]+$/.test(target)) return channelMention(target.slice(1), directory, label);
  if (/^!(here|channel|everyone)$/.test(target)) return broadcast(target.slice(1));
  if (target.startsWith("!subteam^")) return groupMention(target.slice("!subteam^".length), directory, label);
  if (target.startsWith("!date^")) return dateNode(target.slice("!date^".length), label);
  const address = unescapeSlack(target);
  return isWebAddress(address) ? link(address, label ?? address) : null;
}

/** `@Name`; marked when it is the reader. */
export function userMention(id, directory, label = null) {
  const user = directory.users.get(id);
  const name = user?.realName || user?.name || label || id;
  return el(
    "span",
    { class: id === directory.me ? "mention mention-me" : "mention", data: { user: id } },
    `@${name}`,
  );
}

/** `#channel`. */
export function channelMention(id, directory, label = null) {
  return el(
    "span",
    { class: "mention", data: { channel: id } },
    `#${directory.channels.get(id)?.name ?? label ?? id}`,
  );
}

/** `@here` and its kin: alive, so it would disturb everybody. */
export function broadcast(range) {
  return el(
    "span",
    { class: "mention mention-all", title: "In Slack this would notify everybody" },
    `@${range}`,
  );
}

/** `@group`. New in a posted message it would notify its members; in an update or a private answer nobody. */
export function groupMention(id, directory, label = null) {
  const handle = directory.groups?.get(id)?.handle;
  return el(
    "span",
    { class: "mention", title: "A user group", data: { group: id } },
    label ?? `@${handle ?? id}`,
  );
}

/** A moment in the reader's time zone, with the fallback for a template or a number that makes no date. */
export function dateNode(spec, fallback) {
  const [seconds, template, address] = spec.split("^");
  const filled = fillDate(Number(seconds), unescapeSlack(template ?? "")) ?? fallback ?? spec;
  const moment = new Date(Number(seconds) * 1000);
  const datetime = Number.isNaN(moment.getTime()) ? null : moment.toISOString();
  const node = el("time", { datetime, title: fallback }, filled);
  return address ? link(unescapeSlack(address), node) : node;
}
