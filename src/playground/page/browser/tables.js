import { el } from "./dom.js";
import { richTextNode } from "./rich-text.js";

const FIRST_ROWS = 5;

/** A `table` block: its first row is the heading, as Slack draws it. */
export function tableNode(block, scope) {
  const settings = block.column_settings ?? [];
  const row = (cells, tag) =>
    el("tr", {}, ...cells.map((cell, column) => cellNode(tag, cell, scope, settings[column]?.align)));
  const [head = [], ...rest] = block.rows;
  return scroller(null, [
    el("thead", {}, row(head, "th")),
    el("tbody", {}, ...rest.map((cells) => row(cells, "td"))),
  ]);
}

/** A `data_table` block: a caption, and only the first page of rows until somebody asks for the rest. */
export function dataTableNode(block, scope) {
  const [head = [], ...rest] = block.rows;
  const page = block.page_size ?? FIRST_ROWS;
  const body = el("tbody");
  const rowOf = (cells) =>
    el(
      "tr",
      {},
      ...cells.map((cell, column) =>
        cellNode(column === block.row_header_column_index ? "th" : "td", cell, scope),
      ),
    );
  body.append(...rest.slice(0, page).map(rowOf));
  const heading = el("thead", {}, el("tr", {}, ...head.map((cell) => cellNode("th", cell, scope))));
  const box = scroller(block.caption, [heading, body]);
  if (rest.length > page) {
    const more = el("button", { type: "button", class: "button more-rows" }, `Show all ${rest.length} rows`);
    more.addEventListener("click", () => {
      body.append(...rest.slice(page).map(rowOf));
      more.remove();
    });
    box.append(more);
  }
  return box;
}

function scroller(caption, parts) {
  const title = caption ? el("caption", {}, caption) : null;
  return el(
    "div",
    { class: "table-box", tabindex: "0", role: "group", "aria-label": caption ?? "Table" },
    el("table", {}, title, ...parts),
  );
}

function cellNode(tag, cell, scope, align) {
  const content =
    cell.type === "rich_text" ? richTextNode(cell, scope.directory) : (cell.text ?? String(cell.value ?? ""));
  return el(tag, { data: { align: align ?? (cell.type === "raw_number" ? "right" : "left") } }, content);
}
