import { el } from "./dom.js";

const faults = [
  ["rate_limit", "Too many calls", "The next 3 calls are answered 429: try again in 5 s."],
  ["drop", "Lost answer", "The next message is posted, but its answer gets lost."],
  ["double", "Twice", "What is said or pressed next is delivered twice."],
  ["refresh", "Refresh", "Slack asks for its connections to be made anew."],
  ["outage", "Outage", "Slack is away for 10 s."],
];

/** What a visitor may have go wrong, folded away; nothing of it may lose or double anything. */
export function faultButtons(room) {
  const rows = faults.map(([kind, label, about]) => {
    const button = el(
      "button",
      {
        type: "button",
        class: "button",
        data: { focus: `fault/${kind}` },
        on: { click: () => press(kind, about) },
      },
      label,
    );
    return el("li", {}, button, el("small", { class: "quiet" }, about));
  });
  async function press(kind, about) {
    const answer = await room.post("fault", { kind });
    if (answer.ok) room.tell(about);
  }
  return el("details", { class: "faults" }, el("summary", {}, "Make Slack fail"), el("ul", {}, ...rows));
}
