/** What people typed and chose in one message or view, by block and action; it outlives re-drawing. */
export function createForm() {
  const values = new Map();
  return {
    start(block, element, initial) {
      const key = keyOf(block, element);
      if (!values.has(key))
        values.set(key, { block: block.block_id, action: element.action_id, value: initial });
      return values.get(key).value;
    },
    set(block, element, value) {
      values.set(keyOf(block, element), { block: block.block_id, action: element.action_id, value });
    },
    get: (block, element) => values.get(keyOf(block, element))?.value,
    /** The values of the blocks shown now, as the server wants them; nothing for what is empty. */
    collect(blocks) {
      const shown = new Set(blocks.map((block) => block.block_id));
      const found = {};
      for (const { block, action, value } of values.values()) {
        if (!shown.has(block) || isEmpty(value)) continue;
        found[block] = { ...found[block], [action]: encode(value) };
      }
      return found;
    },
  };
}

/** The contract's values are strings; several choices travel as one, comma-separated. */
export function encode(value) {
  return Array.isArray(value) ? value.join(",") : value;
}

/** Whether nothing was typed or chosen. */
export function isEmpty(value) {
  return value === undefined || value === null || value.length === 0;
}

/** The key of a control: where its value is kept, and how it is found again after a re-draw. */
export function keyOf(block, element) {
  return `${block.block_id ?? ""}/${element.action_id ?? ""}`;
}
