import { isObject, type Json } from "./check.ts";

const INTERACTIVE =
  /^(button|workflow_button|overflow|feedback_buttons|icon_button|checkboxes|radio_buttons)$|_select$|picker$|_input$/;

/** Every block, those within containers too, with its pointer. */
export function flatBlocks(blocks: Json[], at: string): { block: Json; pointer: string }[] {
  return blocks.flatMap((block, index) => {
    const pointer = `${at}/${index}`;
    const children = block["child_blocks"];
    const inner = Array.isArray(children) ? flatBlocks(children as Json[], `${pointer}/child_blocks`) : [];
    return [{ block, pointer }, ...inner];
  });
}

/** Every element a person can press, choose or type into, with its block and pointer. */
export function elementsOf(blocks: Json[], at: string): { block: Json; element: Json; pointer: string }[] {
  return flatBlocks(blocks, at).flatMap(({ block, pointer }) =>
    partsOf(block).flatMap(({ part, path }) =>
      isObject(part) && INTERACTIVE.test(String(part["type"]))
        ? [{ block, element: part, pointer: `${pointer}/${path}` }]
        : [],
    ),
  );
}

/** A copy with what Slack adds by itself: a block_id, an action_id, `emoji` and `verbatim`. */
export function completeBlocks(blocks: Json[], newId: () => string): Json[] {
  const copy = structuredClone(blocks);
  for (const { block } of flatBlocks(copy, "")) block["block_id"] ??= newId();
  for (const { element } of elementsOf(copy, "")) element["action_id"] ??= newId();
  fillTexts(copy);
  return copy;
}

function partsOf(block: Json): { part: unknown; path: string }[] {
  const single = ["accessory", "element"].map((path) => ({ part: block[path], path }));
  const several = ["elements", "actions"].flatMap((path) => {
    const items = block[path];
    return Array.isArray(items) ? items.map((part, index) => ({ part, path: `${path}/${index}` })) : [];
  });
  const ofCards = several.flatMap(({ part, path }) =>
    isObject(part) && part["type"] === "card" && Array.isArray(part["actions"])
      ? part["actions"].map((inner: unknown, index) => ({ part: inner, path: `${path}/actions/${index}` }))
      : [],
  );
  return [...single, ...several, ...ofCards];
}

function fillTexts(value: unknown): void {
  if (Array.isArray(value)) for (const one of value) fillTexts(one);
  if (!isObject(value)) return;
  if (value["type"] === "plain_text") value["emoji"] ??= true;
  if (value["type"] === "mrkdwn") value["verbatim"] ??= false;
  for (const one of Object.values(value)) fillTexts(one);
}
