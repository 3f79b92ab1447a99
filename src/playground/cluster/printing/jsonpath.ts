import { KubectlError } from "#playground/cluster/errors.ts";

/**
 * Evaluates the simple part of kubectl's JSONPath: text, `{.a.b[0]['c']}`, `[*]`, `['a','b']`-less, filters
 * `[?(@.type=="Ready")]`, `{"\n"}` and `{range .items[*]}…{end}`. Throws in kubectl's words on anything else.
 */
export function jsonPath(template: string, value: unknown): string {
  return render(parse(template), value);
}

type Part = { text: string } | { path: string } | { range: string; inside: Part[] };

function parse(template: string): Part[] {
  const open: OpenRanges = { stack: [[]], ranges: [] };
  let rest = template;
  while (rest !== "") {
    const brace = rest.indexOf("{");
    if (brace !== 0) add(open, { text: brace < 0 ? rest : rest.slice(0, brace) });
    if (brace < 0) break;
    const match = /^\{((?:"(?:[^"\\]|\\.)*"|'[^']*'|[^{}"'])*)\}/.exec(rest.slice(brace));
    if (match === null) throw failed(template, "unclosed action");
    act(open, (match[1] ?? "").trim(), template);
    rest = rest.slice(brace + match[0].length);
  }
  if (open.ranges.length > 0) throw failed(template, "unexpected end of range");
  return open.stack[0] ?? [];
}

/** The ranges that are open, and what stands in each; the first of the stack is the template itself. */
type OpenRanges = { stack: Part[][]; ranges: string[] };

function add({ stack }: OpenRanges, part: Part): void {
  stack.at(-1)?.push(part);
}

/** What stands in one pair of braces. */
function act(open: OpenRanges, action: string, template: string): void {
  if (action.startsWith("range ")) {
    open.ranges.push(action.slice("range ".length).trim());
    open.stack.push([]);
    return;
  }
  if (action !== "end") {
    add(open, /^".*"$/s.test(action) ? { text: unquote(action) } : { path: action });
    return;
  }
  const inside = open.stack.pop() ?? [];
  const range = open.ranges.pop();
  if (range === undefined) throw failed(template, "not in range, nothing to end");
  add(open, { range, inside });
}

function render(parts: Part[], value: unknown): string {
  return parts
    .map((part) => {
      if ("text" in part) return part.text;
      if ("path" in part) return follow(part.path, value).map(show).join(" ");
      return follow(part.range, value)
        .map((item) => render(part.inside, item))
        .join("");
    })
    .join("");
}

/** One step of a path: a field, an index, all, or a filter. */
const STEP =
  /^(?:\.?\[\?\(@((?:\.[\w-]+)+)\s*(==|!=)\s*(?:"([^"]*)"|'([^']*)'|(\d+|true|false))\)\]|\.?\[(\*|-?\d+)\]|\.?\['([^']+)'\]|\.(\*)|\.((?:[\w/-]|\\.)+))/;

function follow(path: string, value: unknown): unknown[] {
  let found = [value];
  let rest = path.replace(/^[$@]/, "");
  if (rest === "" || rest === ".") return found;
  if (!/^[.[]/.test(rest)) throw failed(path, `unrecognized identifier ${rest}`);
  while (rest !== "") {
    const match = STEP.exec(rest);
    if (match === null) throw failed(path, `unrecognized character in action: ${JSON.stringify(rest[0])}`);
    found = found.flatMap((one) => take(match, one));
    rest = rest.slice(match[0].length);
  }
  return found;
}

function take(match: RegExpExecArray, value: unknown): unknown[] {
  const [, filter, operator, double, single, bare, index, quoted, star, field] = match;
  if (filter !== undefined) {
    const wanted = double ?? single ?? bare;
    return items(value).filter(
      (item) => (String(follow(filter, item)[0]) === wanted) === (operator === "=="),
    );
  }
  if (index === "*" || star !== undefined) return items(value);
  if (index !== undefined) {
    const list = items(value);
    const item = list.at(Number(index));
    if (item === undefined && Array.isArray(value))
      throw new KubectlError(
        `error: error executing jsonpath: array index out of bounds: index ${index}, length ${list.length}`,
      );
    return item === undefined ? [] : [item];
  }
  const name = quoted ?? (field ?? "").replaceAll(/\\(.)/g, "$1");
  const inner =
    typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return inner === undefined ? [] : [inner];
}

function items(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === "object" && value !== null ? Object.values(value) : [];
}

function show(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

function unquote(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, -1);
  }
}

function failed(template: string, why: string): KubectlError {
  return new KubectlError(`error: error parsing jsonpath ${template}, ${why}`);
}
