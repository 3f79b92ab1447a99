import {
  anything,
  byType,
  type Check,
  complain,
  every,
  flag,
  isObject,
  type Json,
  list,
  needs,
  object,
  oneOf,
  string,
  typed,
  whole,
} from "./check.ts";
import { elementsOf, flatBlocks } from "./element-walk.ts";
import { accessory, actionElement, button, contextAction, inputElement } from "./elements.ts";
import { LIMITS } from "./limits.ts";
import { anyText, image, mrkdwnText, plainText, richText } from "./texts.ts";

/** Where blocks are shown; every place takes its own kinds. */
export type Surface = "message" | "modal" | "home";

/** Everything Slack would say against these blocks on this surface; empty when it would take them. `at` is their pointer. */
export function checkBlocks(blocks: unknown, surface: Surface, at: string): string[] {
  const faults: string[] = [];
  const max = surface === "message" ? LIMITS.messageBlocks : LIMITS.viewBlocks;
  list(surfaces[surface], { max })(blocks, at, faults);
  if (faults.length > 0) return faults;
  checkIds(blocks as Json[], at, faults);
  if (surface === "message") checkSums(blocks as Json[], at, faults);
  return faults;
}

const id = { block_id: string({ max: LIMITS.id }) };
const short = string({ max: LIMITS.id });

const everywhere: Record<string, Check> = {
  section: every(
    typed({
      ...id,
      text: anyText(LIMITS.text),
      fields: list(anyText(LIMITS.field), { min: 1, max: LIMITS.fields }),
      accessory,
      expand: flag,
    }),
    needs("some", "text", "fields"),
  ),
  header: typed({ ...id, "text!": plainText(LIMITS.header) }),
  divider: typed(id),
  context: typed({ ...id, "elements!": list(contextElement, { min: 1, max: LIMITS.contextElements }) }),
  actions: typed({ ...id, "elements!": list(actionElement, { min: 1, max: LIMITS.actionElements }) }),
  image: image({ ...id, title: plainText(LIMITS.altText) }),
  input: typed({
    ...id,
    "label!": plainText(LIMITS.label),
    "element!": inputElement,
    hint: plainText(LIMITS.label),
    optional: flag,
    dispatch_action: flag,
  }),
  rich_text: richText,
  video: typed({
    ...id,
    "video_url!": string({ max: LIMITS.url }),
    "thumbnail_url!": string({ max: LIMITS.url }),
    "alt_text!": string({ max: LIMITS.altText }),
    "title!": plainText(200),
    title_url: string({ max: LIMITS.url }),
    author_name: string({ max: 50 }),
    provider_name: string({ max: 50 }),
    provider_icon_url: string({ max: LIMITS.url }),
    description: plainText(200),
  }),
};

const card = typed({
  ...id,
  hero_image: byType({ image: image({}) }),
  icon: byType({ image: image({}) }),
  title: mrkdwnText(LIMITS.cardTitle),
  subtitle: mrkdwnText(LIMITS.cardTitle),
  body: mrkdwnText(LIMITS.cardBody),
  actions: list(byType({ button }), { min: 1, max: LIMITS.actionElements }),
});
const carousel = typed({ ...id, "elements!": list(byType({ card }), { min: 1, max: LIMITS.carouselCards }) });

const taskCard = typed({
  ...id,
  "task_id!": short,
  "title!": string({ max: LIMITS.text }),
  details: richText,
  output: richText,
  sources: list(byType({ url: typed({ "url!": string({ max: LIMITS.url }), "text!": short }) }), { max: 20 }),
  "status!": oneOf("pending", "in_progress", "complete", "error"),
});

const cell = byType({
  raw_text: typed({ "text!": string({ min: 0, max: LIMITS.text }) }),
  raw_number: typed({ "value!": anything, "text!": short }),
  rich_text: richText,
});
const row = list(cell, { min: 1, max: LIMITS.tableCells });
const table = typed({
  ...id,
  "rows!": list(row, { min: 1, max: LIMITS.tableRows }),
  column_settings: list(object({ align: oneOf("left", "center", "right"), is_wrapped: flag }), {
    max: LIMITS.tableCells,
  }),
});

const { video, ...plainBlocks } = everywhere;
const container = every(
  typed({
    ...id,
    title: plainText(LIMITS.cardTitle),
    rich_text_title: richText,
    subtitle: anyText(LIMITS.cardTitle),
    "child_blocks!": list(byType({ ...plainBlocks, ...(video ? { video } : {}), table }), {
      min: 1,
      max: LIMITS.containerBlocks,
    }),
    width: oneOf("narrow", "standard", "wide", "full"),
    icon: byType({ image: image({}) }),
    is_collapsible: flag,
    default_collapsed: flag,
    has_header_divider: flag,
  }),
  needs("some", "title", "rich_text_title"),
  (value, at, faults) => {
    if (isObject(value) && value["default_collapsed"] === true && value["is_collapsible"] !== true)
      complain(faults, at, "default_collapsed requires is_collapsible");
  },
);

const surfaces: Record<Surface, Check> = {
  message: byType({
    ...everywhere,
    card,
    carousel,
    container,
    table,
    task_card: taskCard,
    plan: typed({
      ...id,
      "title!": string({ max: LIMITS.text }),
      tasks: list(byType({ task_card: taskCard }), { max: LIMITS.planTasks }),
    }),
    markdown: typed({ ...id, "text!": string({ max: LIMITS.markdown }) }),
    data_table: every(
      typed({
        ...id,
        "rows!": list(row, { min: 2, max: LIMITS.dataTableRows }),
        "caption!": string({ max: LIMITS.text }),
        page_size: whole(1, 100),
        row_header_column_index: whole(0, LIMITS.tableCells - 1),
      }),
      dataTableRows,
    ),
    context_actions: typed({
      ...id,
      "elements!": list(contextAction, { min: 1, max: LIMITS.contextActions }),
    }),
    file: typed({ ...id, "source!": short, "external_id!": short }),
  }),
  modal: byType({
    ...everywhere,
    alert: typed({
      ...id,
      "text!": anyText(LIMITS.alertText),
      level: oneOf("default", "info", "warning", "error", "success"),
    }),
  }),
  home: byType({ ...everywhere, card, carousel }),
};

/** Rows of one length, a heading of plain cells, and a limit on what all cells say together. */
function dataTableRows(value: unknown, at: string, faults: string[]): void {
  const rows = isObject(value) && Array.isArray(value["rows"]) ? value["rows"].filter(Array.isArray) : [];
  const [head = []] = rows;
  if (rows.some((cells) => cells.length !== head.length))
    complain(faults, `${at}/rows`, "all rows must have the same number of values");
  if (head.some((cell: unknown) => isObject(cell) && cell["type"] === "rich_text"))
    complain(faults, `${at}/rows/0`, "header cells cannot be rich_text");
  if (JSON.stringify(rows.flat().map(cellText)).length > LIMITS.tableChars)
    complain(faults, `${at}/rows`, `must be less than ${LIMITS.tableChars + 1} characters`);
}

function cellText(cell: unknown): unknown {
  return isObject(cell) && cell["type"] !== "rich_text" ? cell["text"] : cell;
}

function contextElement(value: unknown, at: string, faults: string[]): void {
  byType({
    image: image({}),
    plain_text: (one) => anyText(LIMITS.text)(one, at, faults),
    mrkdwn: (one) => anyText(LIMITS.text)(one, at, faults),
  })(value, at, faults);
}

function checkIds(blocks: Json[], at: string, faults: string[]): void {
  const seen = new Set<unknown>();
  for (const { block, pointer } of flatBlocks(blocks, at)) {
    const blockId = block["block_id"];
    if (blockId === undefined) continue;
    if (seen.has(blockId))
      complain(faults, `${pointer}/block_id`, `\`block_id\` "${String(blockId)}" already exists`);
    seen.add(blockId);
  }
  const actions = new Map<Json, Set<unknown>>();
  for (const { block, element, pointer } of elementsOf(blocks, at)) {
    const taken = actions.get(block) ?? new Set();
    actions.set(block, taken);
    const actionId = element["action_id"];
    if (actionId === undefined) continue;
    if (taken.has(actionId))
      complain(faults, `${pointer}/action_id`, `\`action_id\` "${String(actionId)}" already exists`);
    taken.add(actionId);
  }
}

/** Rules that no single block can break. */
function checkSums(blocks: Json[], at: string, faults: string[]): void {
  const markdown = blocks.filter((block) => block["type"] === "markdown");
  const length = markdown.reduce((sum, block) => sum + String(block["text"]).length, 0);
  if (length > LIMITS.markdown) complain(faults, at, `must be less than ${LIMITS.markdown + 1} characters`);
  const tables = flatBlocks(blocks, at).filter(({ block }) => block["type"] === "table");
  if (tables.length > 1) complain(faults, at, "only one table allowed");
}
