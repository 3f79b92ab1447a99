import { plain } from "./support.ts";

/** A block or an element of one. */
export type Block = Record<string, unknown>;

/** So many characters. */
export const x = (size: number) => "x".repeat(size);
/** So many of them. */
export const times = <T>(size: number, make: (index: number) => T) =>
  Array.from({ length: size }, (_, index) => make(index));
/** A mrkdwn object. */
export const mrkdwn = (text: string) => ({ type: "mrkdwn", text });
/** A button. */
export const button = (fields: Block = {}) => ({ type: "button", text: plain("b"), ...fields });
/** An actions block. */
export const actions = (...elements: Block[]) => [{ type: "actions", elements }];
/** A section. */
export const section = (fields: Block) => [{ type: "section", ...fields }];
/** So many options. */
export const options = (size: number) => times(size, (index) => ({ text: plain("o"), value: `v${index}` }));
/** A button with a dialog. */
export const confirm = (fields: Block) => actions(button({ confirm: { text: plain("sure?"), ...fields } }));
/** A menu in an actions block. */
export const select = (fields: Block) => actions({ type: "static_select", options: options(1), ...fields });
/** An input block. */
export const input = (element: Block, fields: Block = {}) => [
  { type: "input", label: plain("l"), element, ...fields },
];
/** A rich_text block of one literal. */
export const rich = (text: string) => ({
  type: "rich_text",
  elements: [{ type: "rich_text_preformatted", elements: [{ type: "text", text }] }],
});
/** A container of so many blocks. */
export const container = (size: number) => ({
  type: "container",
  title: plain("c"),
  child_blocks: times(size, () => ({ type: "divider" })),
});
