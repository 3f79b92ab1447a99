import { isObject, type Json } from "./check.ts";
import { elementsOf } from "./element-walk.ts";
import type { ViewValues } from "./views.ts";

/** What a person did to an element, as the page says it: several choices are comma-separated. */
export type Doing = { value?: string | undefined; selected?: string | undefined };

const BUTTONS = ["button", "workflow_button", "icon_button", "feedback_buttons", "overflow"];

/** The element with these ids among the blocks. */
export function findElement(blocks: Json[], blockId: string, actionId: string): Json | null {
  const found = elementsOf(blocks, "").find(
    ({ block, element }) => block["block_id"] === blockId && element["action_id"] === actionId,
  );
  return found?.element ?? null;
}

/** The entry of `actions` for what was done, or the sentence that says why it cannot be done. */
export function actionOf(element: Json, blockId: string, doing: Doing, ts: string): Json | string {
  const head = { action_id: element["action_id"], block_id: blockId };
  const tail = { type: element["type"], action_ts: ts };
  const type = String(element["type"]);
  if (type === "overflow") {
    const option = optionOf(element, doing.selected ?? doing.value ?? "");
    return option === null ? "That menu has no such entry." : { ...head, selected_option: option, ...tail };
  }
  if (type === "feedback_buttons") {
    const sides = [element["positive_button"], element["negative_button"]].filter(isObject);
    const side = sides.find((one) => one["value"] === doing.value);
    return side === undefined
      ? "There is no such button."
      : { ...head, text: side["text"], value: side["value"], ...tail };
  }
  if (BUTTONS.includes(type)) {
    const { text, value, url, style, confirm } = element;
    return { ...head, ...defined({ text, value, url, style, confirm }), ...tail };
  }
  const state = stateOf(element, doing.selected ?? doing.value ?? "");
  return typeof state === "string" ? state : { ...head, ...state, ...tail };
}

/** What `state.values` says about an element after this was put in; "" is nothing. A string is why it cannot be. */
export function stateOf(element: Json, raw: string): Json | string {
  const type = String(element["type"]);
  const many = raw === "" ? [] : raw.split(",");
  const single = raw === "" ? null : raw;
  const plain: Record<string, Json> = {
    users_select: { selected_user: single },
    channels_select: { selected_channel: single },
    conversations_select: { selected_conversation: single },
    multi_users_select: { selected_users: many },
    multi_channels_select: { selected_channels: many },
    multi_conversations_select: { selected_conversations: many },
    datepicker: { selected_date: single },
    timepicker: { selected_time: single },
    datetimepicker: { selected_date_time: single === null ? null : Number(single) },
  };
  const known = plain[type];
  if (known !== undefined) return { type, ...known };
  if (["static_select", "radio_buttons", "external_select"].includes(type)) {
    const option = single === null ? null : optionOf(element, single);
    return single !== null && option === null
      ? "That list has no such option."
      : { type, selected_option: option };
  }
  if (["checkboxes", "multi_static_select", "multi_external_select"].includes(type)) {
    const options = many.map((value) => optionOf(element, value));
    return options.includes(null) ? "That list has no such option." : { type, selected_options: options };
  }
  return { type, value: single };
}

/** The values an untouched form starts with, for everything in it that has a state. */
export function initialValues(blocks: Json[]): ViewValues {
  const values: ViewValues = {};
  for (const { block, element } of elementsOf(blocks, "")) {
    if (BUTTONS.includes(String(element["type"]))) continue;
    const state = stateOf(element, initialOf(element));
    if (typeof state === "string") continue;
    const blockId = String(block["block_id"]);
    values[blockId] = { ...values[blockId], [String(element["action_id"])]: state };
  }
  return values;
}

function initialOf(element: Json): string {
  const names = Object.keys(element).filter((name) => name.startsWith("initial_"));
  const initial = names.map((name) => element[name])[0];
  if (Array.isArray(initial)) return initial.map(wordOf).join(",");
  return initial === undefined ? "" : wordOf(initial);
}

function wordOf(value: unknown): string {
  return isObject(value) ? String(value["value"]) : String(value);
}

function optionOf(element: Json, value: string): Json | null {
  const groups = (element["option_groups"] ?? []) as Json[];
  const all = [element["options"], ...groups.map((group) => group["options"])].flat().filter(isObject);
  return all.find((option) => option["value"] === value) ?? null;
}

function defined(fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
