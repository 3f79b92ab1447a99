/** A JSON object whose fields are not yet known. */
export type Json = Record<string, unknown>;

/** Adds a sentence in Slack's words, with a JSON pointer, for everything wrong with a value. */
export type Check = (value: unknown, at: string, faults: string[]) => void;

/** Adds one sentence about the value at that pointer. */
export function complain(faults: string[], at: string, sentence: string): void {
  faults.push(`${sentence} [json-pointer:${at}]`);
}

/** True for an object that is no array. */
export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A string within these lengths; blanks alone count as nothing. */
export function string({ min = 1, max }: { min?: number; max: number }): Check {
  return (value, at, faults) => {
    if (typeof value !== "string") return complain(faults, at, "must be a string");
    if (value.trim().length < min) complain(faults, at, `must be more than ${min - 1} characters`);
    if (value.length > max) complain(faults, at, `must be less than ${max + 1} characters`);
  };
}

/** True or false. */
export const flag: Check = (value, at, faults) => {
  if (typeof value !== "boolean") complain(faults, at, "must be a boolean");
};

/** A whole number in this range. */
export function whole(min: number, max: number): Check {
  return (value, at, faults) => {
    if (!Number.isInteger(value)) return complain(faults, at, "must be an integer");
    if (Number(value) < min) complain(faults, at, `must be greater than or equal to ${min}`);
    if (Number(value) > max) complain(faults, at, `must be less than or equal to ${max}`);
  };
}

/** One of these words. */
export function oneOf(...words: string[]): Check {
  return (value, at, faults) => {
    if (!words.includes(String(value))) complain(faults, at, "must be a valid enum value");
  };
}

/** A list of so many items, each of them checked. */
export function list(item: Check, { min = 0, max }: { min?: number; max: number }): Check {
  return (value, at, faults) => {
    if (!Array.isArray(value)) return complain(faults, at, "must provide an array");
    if (value.length < min) complain(faults, at, `must provide at least ${min} items`);
    if (value.length > max) complain(faults, at, `no more than ${max} items allowed`);
    for (const [index, one] of value.entries()) item(one, `${at}/${index}`, faults);
  };
}

/** An object with these fields and no others; a name that ends in `!` must be there. */
export function object(fields: Record<string, Check>): Check {
  const known = new Map(Object.entries(fields).map(([name, check]) => [name.replace("!", ""), check]));
  const required = Object.keys(fields).flatMap((name) => (name.endsWith("!") ? [name.slice(0, -1)] : []));
  return (value, at, faults) => {
    if (!isObject(value)) return complain(faults, at, "must provide an object");
    for (const name of required.filter((one) => !isThere(value[one])))
      complain(faults, at, `missing required field: ${name}`);
    for (const [name, one] of Object.entries(value)) {
      const check = known.get(name);
      if (check === undefined) complain(faults, at, `invalid additional property: ${name}`);
      else if (isThere(one)) check(one, `${at}/${name}`, faults);
    }
  };
}

/** Like `object`, with the `type` that told it apart. */
export function typed(fields: Record<string, Check>): Check {
  return object({ "type!": anything, ...fields });
}

/** An object whose `type` says which check it must pass. */
export function byType(types: Record<string, Check>): Check {
  return (value, at, faults) => {
    if (!isObject(value)) return complain(faults, at, "must provide an object");
    const type = value["type"];
    if (type === undefined) return complain(faults, at, "missing required field: type");
    const check = Object.hasOwn(types, String(type)) ? types[String(type)] : undefined;
    if (check === undefined) return complain(faults, `${at}/type`, `unsupported type: ${String(type)}`);
    check(value, at, faults);
  };
}

/** All of these checks. */
export function every(...checks: Check[]): Check {
  return (value, at, faults) => {
    for (const check of checks) check(value, at, faults);
  };
}

/** Exactly one, or at least one, of these fields. */
export function needs(how: "one" | "some", ...names: string[]): Check {
  return (value, at, faults) => {
    if (!isObject(value)) return;
    const found = names.filter((name) => isThere(value[name]));
    if (found.length === 0) complain(faults, at, `missing required field: ${names[0] ?? ""}`);
    if (how === "one" && found.length > 1)
      complain(faults, at, `only one of these may be given: ${names.join(", ")}`);
  };
}

/** Anything at all: the stand-in knows the field and does not look into it. */
export const anything: Check = () => undefined;

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}
