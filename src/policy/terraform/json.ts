/** JSON as a .tf.json file holds it: objects keep every entry, since terraform reads a key that stands there twice twice. */
export type Json = string | number | boolean | null | Json[] | { entries: [key: string, value: Json][] };

const MAX_DEPTH = 60;

type Cursor = { text: string; at: number };

/** Reads JSON without losing repeated keys, as JSON.parse does. Throws an Error for what is none. */
export function parseJson(written: string): Json {
  const text = written.replace(/^\ufeff/, "");
  // Says what is valid; what follows may then trust its input.
  JSON.parse(text);
  const cursor = { text, at: 0 };
  return readValue(cursor, 0);
}

/** The objects in a value: itself, those of a list, none of anything else. Null where something else is among them. */
export function objectsIn(value: Json): { entries: [string, Json][] }[] | null {
  const objects = (Array.isArray(value) ? value : [value]).filter((one) => one !== null);
  return objects.every((one) => isObject(one)) ? objects.filter((one) => isObject(one)) : null;
}

/** Whether a value is an object. */
export function isObject(value: Json): value is { entries: [string, Json][] } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readValue(cursor: Cursor, depth: number): Json {
  if (depth > MAX_DEPTH) throw new Error("it is nested too deep");
  const char = nextSign(cursor);
  if (char === "{") return readObject(cursor, depth);
  if (char === "[") return readList(cursor, depth);
  if (char === '"') return readText(cursor);
  const scalar = /[^\s,\]}]+/y;
  scalar.lastIndex = cursor.at;
  const found = scalar.exec(cursor.text)?.[0] ?? "null";
  cursor.at += found.length;
  return JSON.parse(found) as number | boolean | null;
}

function readObject(cursor: Cursor, depth: number): Json {
  const entries: [string, Json][] = [];
  cursor.at += 1;
  while (nextSign(cursor) !== "}") {
    if (nextSign(cursor) === ",") cursor.at += 1;
    nextSign(cursor);
    const key = readText(cursor);
    nextSign(cursor);
    cursor.at += 1;
    entries.push([key, readValue(cursor, depth + 1)]);
  }
  cursor.at += 1;
  return { entries };
}

function readList(cursor: Cursor, depth: number): Json[] {
  const values: Json[] = [];
  cursor.at += 1;
  while (nextSign(cursor) !== "]") {
    if (nextSign(cursor) === ",") cursor.at += 1;
    values.push(readValue(cursor, depth + 1));
  }
  cursor.at += 1;
  return values;
}

function readText(cursor: Cursor): string {
  const text = /"(?:[^"\\]|\\.)*"/y;
  text.lastIndex = cursor.at;
  const found = text.exec(cursor.text)?.[0] ?? '""';
  cursor.at += found.length;
  return JSON.parse(found) as string;
}

/** Steps over space; the sign that comes next. */
function nextSign(cursor: Cursor): string {
  while (/\s/.test(cursor.text[cursor.at] ?? "x")) cursor.at += 1;
  return cursor.text[cursor.at] ?? "";
}
