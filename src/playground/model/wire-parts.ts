/** A JSON object whose fields are not yet known. */
export type Json = Record<string, unknown>;

/** A refusal in the API's shape: HTTP status, the `error` object's type and sentence, and Retry-After when it has one. */
export type Refusal = { status: number; type: string; message: string; retryAfter?: number | undefined };

/** What structured outputs refuse in a schema; the SDK moves these into the description before sending. */
const refusedKeywords =
  "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength maxItems uniqueItems";

/** True for a plain JSON object. */
export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The refusal of a request whose form is wrong. */
export function invalid(message: string): Refusal {
  return { status: 400, type: "invalid_request_error", message };
}

/** What a strict schema may not hold; `at` says in the sentence where it stands. */
export function faultOfSchema(schema: unknown, at: string): Refusal | null {
  if (Array.isArray(schema))
    return schema.map((one) => faultOfSchema(one, at)).find((fault) => fault !== null) ?? null;
  if (!isObject(schema)) return null;
  if (schema["type"] === "object" && schema["additionalProperties"] !== false)
    return invalid(`${at}: For 'object' type, 'additionalProperties' must be explicitly set to false`);
  const refused =
    typeof schema["type"] === "string" && refusedKeywords.split(" ").find((key) => key in schema);
  if (refused) return invalid(`${at}: For '${schema["type"]}' type, property '${refused}' is not supported`);
  const { properties, $defs, enum: _values, const: _value, description: _text, ...rest } = schema;
  const inside = [properties, $defs].filter(isObject).flatMap((named) => Object.values(named));
  return faultOfSchema([...inside, ...Object.values(rest)], at);
}
