import { inQuotes, name } from "./words.ts";

/** More fields than these are counted: whoever mends the first ones sees the rest. */
const MAX_FIELDS = 3;
const VALUE_CHARS = 120;

/** `spec.replicas: Invalid value: -1: must be greater than or equal to 0`, as field errors of the API machinery print. */
const FIELD_ERROR =
  /^([^\s:][^\n]{0,250}?): (Required value|Invalid value|Unsupported value|Duplicate value|Not found|Forbidden|Too long|Too many|Too few|Internal error)(?:: ([\s\S]*))?$/;

/** What is wrong with an object, field by field: which field, what value, what is allowed. Null: it is not of that form. */
export function readInvalidFields(text: string): string | null {
  const errors = partsOf(text).map((part) => FIELD_ERROR.exec(part));
  const read = errors.flatMap((found) => (found === null ? [] : [fieldWords(found)]));
  if (read.length === 0) return null;
  const left = errors.length - Math.min(read.length, MAX_FIELDS);
  const more = left === 0 ? "" : `; and ${left} more`;
  return `${read.slice(0, MAX_FIELDS).join("; ")}${more}`;
}

/** kubectl lists them as `* …` lines; within a patch's answer they stand in brackets, where nothing parts them for sure. */
function partsOf(text: string): string[] {
  return text.includes("\n* ")
    ? text
        .split(/\n\* /)
        .map((part) => part.trim())
        .filter((part) => part !== "")
    : [text.trim()];
}

function fieldWords([, field = "", kind, detail = ""]: RegExpExecArray): string {
  const where = name(field);
  switch (kind) {
    case "Required value":
      return `${where} is required${detail === "" ? "" : ` (${inQuotes(detail)})`}`;
    case "Unsupported value": {
      const [, value = detail, allowed] = /^([\s\S]*?): supported values: ([\s\S]*)$/.exec(detail) ?? [];
      const what = allowed === undefined ? "" : `; supported are ${inQuotes(allowed.replaceAll('"', ""))}`;
      return `${where} may not be ${valueWords(value)}${what}`;
    }
    case "Invalid value":
      return invalidValue(where, detail);
    case "Duplicate value":
      return `${where} has ${valueWords(detail)} twice`;
    case "Not found":
      return `${where} names ${valueWords(detail)}, which is not there`;
    case "Forbidden":
      return `${where} may not be set so: ${inQuotes(detail)}`;
    default:
      return `${where}: ${kind?.toLowerCase()}${detail === "" ? "" : `, ${inQuotes(detail)}`}`;
  }
}

/** The value comes first and may hold colons itself, also in structs of Go: what is allowed stands behind the last one. */
function invalidValue(where: string, detail: string): string {
  const at = detail.lastIndexOf(": ");
  if (at < 0) return `${where} has an invalid value: ${inQuotes(detail)}`;
  const [value, allowed] = [detail.slice(0, at), detail.slice(at + 2)];
  return `${where} may not be ${valueWords(value)}: ${inQuotes(allowed)}`;
}

/** The server puts texts in quotes and numbers not. */
function valueWords(value: string): string {
  return inQuotes(value.replace(/^"([\s\S]*)"$/, "$1"), VALUE_CHARS);
}
