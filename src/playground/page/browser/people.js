import { el } from "./dom.js";

/** A person's square with initials, in their own colour; decorative, the name always stands beside it. */
export function avatar(user) {
  const name = user?.realName ?? "?";
  const letters = name
    .split(/\s+/)
    .map((word) => word.charAt(0))
    .slice(0, 2)
    .join("")
    .toUpperCase();
  const node = el(
    "span",
    { class: user?.isBot ? "avatar avatar-app" : "avatar", "aria-hidden": "true" },
    letters,
  );
  if (/^#[0-9a-f]{3,8}$/i.test(user?.color ?? "")) node.style.setProperty("--person", user.color);
  return node;
}

/** The icon of a channel: public, private, or with one app alone. */
export function iconOf(channel) {
  if (channel.isIm) return "reply";
  return channel.isPrivate ? "lock" : "hash";
}

/** What a channel is called: with its mark, or the app one is alone with. */
export function nameOf(channel, users) {
  if (!channel.isIm) return `#${channel.name}`;
  return [...users.values()].find((user) => user.isBot)?.realName ?? channel.name;
}
