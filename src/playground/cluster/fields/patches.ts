import { KubectlError } from "#playground/cluster/errors.ts";

type Plain = Record<string, unknown>;

/** RFC 7386: null takes a field away, objects are merged, all else is replaced. */
export function mergePatch(value: unknown, patch: unknown): Plain {
  return merged(value, patch, null);
}

/** Kubernetes' own kind of merge: lists whose items have names are merged by them, `$patch: delete` takes one away. */
export function strategicPatch(value: unknown, patch: unknown): Plain {
  return merged(value, patch, mergeList);
}

type ListMerge = (field: string, before: unknown[], patch: unknown[]) => unknown[];

function merged(value: unknown, patch: unknown, lists: ListMerge | null): Plain {
  const base: Plain = isPlain(value) ? { ...value } : {};
  for (const [field, wanted] of Object.entries(isPlain(patch) ? patch : {})) {
    if (lists !== null && field.startsWith("$")) continue;
    const before = base[field];
    if (wanted === null) delete base[field];
    else if (isPlain(wanted)) base[field] = merged(before, wanted, lists);
    else if (lists !== null && Array.isArray(wanted) && Array.isArray(before))
      base[field] = lists(field, before, wanted);
    else base[field] = wanted;
  }
  return base;
}

/** By which field the items of a list are known; lists that are not here are replaced whole. */
const keys: Record<string, string[]> = {
  containers: ["name"],
  initContainers: ["name"],
  env: ["name"],
  volumes: ["name"],
  imagePullSecrets: ["name"],
  volumeMounts: ["mountPath"],
  ports: ["containerPort", "port"],
  tolerations: ["key"],
};

/** By which field these items of a list are told apart; undefined where the list is one value. */
export function listKey(field: string, items: unknown[]): string | undefined {
  const known = Object.hasOwn(keys, field) ? (keys[field] ?? []) : [];
  return known.find((one) => items.every((item) => isPlain(item) && item[one] !== undefined));
}

function mergeList(field: string, before: unknown[], patch: unknown[]): unknown[] {
  const key = listKey(field, patch);
  if (key === undefined) return patch;
  const list = [...before];
  for (const item of patch.filter(isPlain)) {
    const index = list.findIndex((one) => isPlain(one) && one[key] === item[key]);
    const away = item["$patch"] === "delete";
    if (away && index >= 0) list.splice(index, 1);
    if (!away) list.splice(index < 0 ? list.length : index, 1, merged(list[index], item, mergeList));
  }
  return list;
}

/** RFC 6902, on a copy; an operation that cannot be done fails the whole patch. */
export function jsonPatch(value: unknown, patch: unknown): Plain {
  const root: { document: unknown } = { document: structuredClone(value) };
  for (const operation of Array.isArray(patch) ? patch : []) {
    if (!isPlain(operation)) throw refused();
    applyOperation(root, operation);
  }
  return isPlain(root.document) ? root.document : {};
}

function applyOperation(root: { document: unknown }, operation: Plain): void {
  const { op, path, from, value } = operation;
  const place = (): Place => placeOf(root, path);
  if (op === "add") place().put(value, true);
  else if (op === "remove") place().take(true);
  else if (op === "copy") place().put(structuredClone(placeOf(root, from).look() ?? null), true);
  else if (op === "replace") {
    place().look();
    place().put(value, false);
  } else if (op === "move") {
    const moved = placeOf(root, from).take(true);
    place().put(moved, true);
  } else if (op !== "test" || value === undefined || canonical(place().look()) !== canonical(value))
    throw refused();
}

/** A value as text, whatever the order of its keys. Null and nothing are the same to a test, as they are to the server. */
function canonical(value: unknown): string | undefined {
  if (value === null) return undefined;
  return JSON.stringify(value, (_key, part: unknown) =>
    isPlain(part) ? Object.fromEntries(Object.entries(part).toSorted(byName)) : part,
  );
}

function byName([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1;
}

/** `look` finds nothing where a field is not there; what is taken has to be. */
type Place = {
  look(): unknown;
  take(away: boolean): unknown;
  put(value: unknown, insert: boolean): void;
};

/** Where a JSON pointer leads: the value there can be read, taken away or put. */
function placeOf(root: { document: unknown }, pointer: unknown): Place {
  if (typeof pointer !== "string" || !pointer.startsWith("/")) throw refused();
  const names = pointer.slice(1).split("/").map(unescapePointer);
  const last = names.pop() ?? "";
  let holder = root.document;
  for (const name of names) {
    if (Array.isArray(holder)) holder = holder[indexOf(name, holder.length - 1)];
    else if (isPlain(holder) && Object.hasOwn(holder, name)) holder = holder[name];
    else throw refused();
  }
  if (Array.isArray(holder)) return placeInList(holder, last);
  if (isPlain(holder)) return placeInObject(holder, last);
  throw refused();
}

function placeInList(list: unknown[], name: string): Place {
  return {
    look: () => list[indexOf(name, list.length - 1)],
    take: (away) => {
      const index = indexOf(name, list.length - 1);
      return away ? list.splice(index, 1)[0] : list[index];
    },
    put: (value, insert) => {
      const index = name === "-" ? list.length : indexOf(name, list.length);
      list.splice(index, insert ? 0 : 1, value);
    },
  };
}

function placeInObject(holder: Plain, name: string): Place {
  return {
    look: () => (Object.hasOwn(holder, name) ? holder[name] : undefined),
    take: (away) => {
      if (!Object.hasOwn(holder, name)) throw refused();
      const value = holder[name];
      if (away) delete holder[name];
      return value;
    },
    put: (value) => {
      Object.defineProperty(holder, name, { value, enumerable: true, writable: true, configurable: true });
    },
  };
}

/** -1 is the last one, as the server has it. */
function indexOf(name: string, last: number): number {
  const number = /^(0|-?[1-9]\d*)$/.test(name) ? Number(name) : Number.NaN;
  const index = number < 0 ? last + 1 + number : number;
  if (!(index >= 0 && index <= last)) throw refused();
  return index;
}

function unescapePointer(text: string): string {
  return text.replaceAll("~1", "/").replaceAll("~0", "~");
}

function refused(): KubectlError {
  return new KubectlError(
    "The request is invalid: the server rejected our request due to an error in our request",
  );
}

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
