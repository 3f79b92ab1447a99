type Part = { readonly [key: string]: unknown };

/**
 * A message, a form, a Home or a text as a person reads it, one block after the other, with the labels of what can be pressed.
 * What a person does not read (ids of blocks and actions, values) is left out: tests assert that as data.
 */
export function plain(what: unknown): string {
  if (typeof what === "string") return mrkdwn(what);
  if (Array.isArray(what)) return plain({ blocks: what });
  if (!isPart(what)) return String(what);
  const text = typeof what["text"] === "string" ? mrkdwn(what["text"]) : "";
  const blocks = partsIn(what["blocks"]).map(block).filter(notEmpty).join("\n");
  if (blocks === "") return text;
  if (typeof what["type"] === "string" && what["type"] !== "message") return view(what, blocks);
  return text === "" || flat(text) === flat(blocks) ? blocks : `Notification: ${text}\n\n${blocks}`;
}

function view(given: Part, blocks: string): string {
  if (given["type"] === "home") return blocks;
  const send = given["submit"] === undefined ? [] : [`[${plainText(given["submit"])}] sends it`];
  const close = given["close"] === undefined ? [] : [`[${plainText(given["close"])}] closes it`];
  return [`Form: ${plainText(given["title"])}`, "", blocks, ...send, ...close].join("\n");
}

function block(given: Part): string {
  switch (given["type"]) {
    case "header":
      return `# ${plainText(given["text"])}`;
    case "section":
      return lines(plainText(given["text"]), ...partsIn(given["fields"]).map(plainText), ...accessory(given));
    case "context":
      return partsIn(given["elements"])
        .map((one) => `~ ${plainText(one)}`)
        .join("\n");
    case "rich_text":
      return partsIn(given["elements"]).map(richPart).filter(notEmpty).join("\n");
    case "actions":
    case "context_actions":
      return partsIn(given["elements"]).map(pressable).join("\n");
    case "divider":
      return "----";
    case "input":
      return input(given);
    default:
      return lately(given);
  }
}

/** Blocks that not every workspace takes. */
function lately(given: Part): string {
  const inside = (key: string) => partsIn(given[key]);
  switch (given["type"]) {
    case "container": {
      const folded = given["default_collapsed"] === true ? " (folded)" : "";
      const within = inside("child_blocks").map(block).join("\n");
      return `Box: ${plainText(given["title"])}${folded}\n${indented(within)}`;
    }
    case "data_table":
      return lines(
        `Table: ${String(given["caption"])}`,
        ...rowsOf(given["rows"]).map((row) => `| ${row.map(plainText).join(" | ")} |`),
      );
    case "plan":
      return lines(
        `Tasks: ${String(given["title"])}`,
        ...inside("tasks").map((task) => `- ${String(task["title"])} (${String(task["status"])})`),
      );
    default:
      return JSON.stringify(given);
  }
}

function input(given: Part): string {
  const field = isPart(given["element"]) ? given["element"] : {};
  const may = given["optional"] === true ? " (may stay empty)" : "";
  const hint = given["hint"] === undefined ? [] : [`  ${plainText(given["hint"])}`];
  return lines(`${plainText(given["label"])}${may}:`, ...hint, `  ${pressable(field)}`);
}

function accessory(given: Part): string[] {
  return isPart(given["accessory"]) ? [pressable(given["accessory"])] : [];
}

/** A button, a menu or a field, with what its dialog asks. */
function pressable(given: Part): string {
  const asks = isPart(given["confirm"]) ? [indented(dialog(given["confirm"]))] : [];
  if (given["type"] === "button") {
    const style = typeof given["style"] === "string" ? ` ${given["style"]}` : "";
    return lines(`[${plainText(given["text"])}]${style}`, ...asks);
  }
  if (given["type"] === "feedback_buttons")
    return ["positive_button", "negative_button"].map((one) => `[${plainText(given[one])}]`).join(" ");
  const options = partsIn(given["options"]).map((one) => `(${plainText(one["text"])})`);
  const placeholder = given["placeholder"] === undefined ? [] : [plainText(given["placeholder"])];
  return lines([`<${String(given["type"])}>`, ...placeholder, ...options].join(" "), ...asks);
}

function dialog(given: Part): string {
  const [title, text, yes, no] = ["title", "text", "confirm", "deny"].map((key) => plainText(given[key]));
  return `asks: ${title} ${text} [${yes}] [${no}]`;
}

function richPart(given: Part): string {
  const elements = partsIn(given["elements"]);
  switch (given["type"]) {
    case "rich_text_list":
      return elements.map((one) => `- ${richPart(one)}`).join("\n");
    case "rich_text_preformatted":
      return indented(elements.map(piece).join(""));
    case "rich_text_quote":
      return elements.map(piece).join("").replaceAll(/^/gmu, "> ");
    default:
      return elements.map(styled).join("");
  }
}

function styled(given: Part): string {
  const style = isPart(given["style"]) ? given["style"] : {};
  const text = piece(given);
  if (style["code"] === true) return `\`${text}\``;
  if (style["bold"] === true) return text.replace(/^(\s*)(.*?)(\s*)$/su, "$1*$2*$3");
  return text;
}

function piece(given: Part): string {
  switch (given["type"]) {
    case "user":
      return `<@${String(given["user_id"])}>`;
    case "usergroup":
      return `<group ${String(given["usergroup_id"])}>`;
    case "channel":
      return `<#${String(given["channel_id"])}>`;
    case "date":
      return "{time}";
    case "link":
      return `${String(given["text"] ?? "")} (link)`;
    default:
      return String(given["text"] ?? given["name"] ?? JSON.stringify(given));
  }
}

/** Slack's own marks in a text, as they are read. */
function mrkdwn(text: string): string {
  return text
    .replaceAll(/<!date\^[^<>]*>/gu, "{time}")
    .replaceAll(/<!subteam\^([A-Z0-9]+)>/gu, "<group $1>")
    .replaceAll(/<https?:[^<>|]*\|([^<>]*)>/gu, "$1 (link)")
    .replaceAll("\u2060", "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

function plainText(given: unknown): string {
  if (typeof given === "string") return mrkdwn(given);
  if (!isPart(given)) return "";
  return typeof given["text"] === "string"
    ? mrkdwn(given["text"])
    : given["text"] === undefined
      ? ""
      : plainText(given["text"]);
}

function lines(...some: string[]): string {
  return some.filter(notEmpty).join("\n");
}

function indented(text: string): string {
  return text.replaceAll(/^/gmu, "    ");
}

/** What two texts say, whatever marks stand in them. */
function flat(text: string): string {
  return text.replaceAll(/^(?:# |- |~ )|[`*\n]| \(link\)/gmu, "");
}

function notEmpty(text: string): boolean {
  return text !== "";
}

function partsIn(value: unknown): Part[] {
  return Array.isArray(value) ? value.filter(isPart) : [];
}

function rowsOf(value: unknown): Part[][] {
  return Array.isArray(value) ? value.map(partsIn) : [];
}

function isPart(value: unknown): value is Part {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
