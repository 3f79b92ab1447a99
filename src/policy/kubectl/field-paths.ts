import { useOf } from "./field-names.ts";

/** Whether a path is to be printed, ordered or compared by, or only gone through: by `range`, `if` or `len`. */
type Purpose = "print" | "walk";

/** A name: kubectl ends it at these signs; a backslash takes one of them into it. */
const NAME = /\.((?:[^.,[\]{}$@()|\\\s"'`]|\\[./])+)/y;
/** `[0]`, `[*]`, `[1:3]`, `[0,1]`: places in a list. */
const PLACE = /\[(?:\*|-?\d*(?::-?\d*){0,2}|\d+(?:,\d+)+)\]/y;
/** `['a','b']`. */
const KEYS = /\[((?:'[^'"\\{}[\]]+'|"[^'"\\{}[\]]+")(?:, ?(?:'[^'"\\{}[\]]+'|"[^'"\\{}[\]]+"))*)\]/y;
/** `[?(@.type=="Ready")]`, with one comparison, or none. */
const FILTER =
  /\[\?\( ?(@[^=!<>()"'{}\s]+) ?(?:(?:[=!<>]=|[<>]) ?(?:"[^"'\\{}()]*"|'[^"'\\{}()]*'|-?[\w.]+) ?)?\)\]/y;

/**
 * Whether a JSONPath goes only through fields that are known to hold no secret, filters included: what a template prints
 * has lost the name beside it, by which a secret would be known, and a comparison answers guesses.
 */
export function isHarmlessPath(path: string, purpose: Purpose, isStranger: boolean): boolean {
  const read = readPath(path);
  if (read === null) return false;
  const isOpen = read.paths.every((names) => {
    const use = useOf(names, isStranger);
    return use !== null && (purpose === "walk" || use !== "through");
  });
  return isOpen && read.filters.every((filter) => isHarmlessPath(filter, "print", isStranger));
}

/** The same as kubectl takes it for --sort-by, columns and --for: `{.a}`, `.a` and `a`. */
export function isHarmlessLoose(text: string, isStranger: boolean): boolean {
  const bare = /^\{(.*)\}$/s.exec(text)?.[1] ?? text;
  return isHarmlessPath(/^[.[$@]/.test(bare) ? bare : `.${bare}`, "print", isStranger);
}

/** The names each reading of the path goes through (more than one after `['a','b']`), and the paths its filters look at, from the whole object on. */
type ReadPath = { paths: string[][]; filters: string[] };

function readPath(path: string): ReadPath | null {
  let at = /^[$@]/.test(path) ? 1 : 0;
  let paths: string[][] = [[]];
  const filters: string[] = [];
  while (at < path.length) {
    const [step] = [NAME, PLACE, KEYS, FILTER].flatMap((shape) => {
      shape.lastIndex = at;
      const found = shape.exec(path);
      return found === null ? [] : [{ shape, length: found[0].length, inner: found[1] ?? "" }];
    });
    if (step === undefined) return null;
    if (step.shape === FILTER) filters.push(path.slice(0, at) + step.inner.slice(1));
    at += step.length;
    if (step.shape === NAME) paths = paths.map((names) => [...names, step.inner.replaceAll("\\", "")]);
    if (step.shape !== KEYS) continue;
    const keys = [...step.inner.matchAll(/'([^']+)'|"([^"]+)"/g)].map(([, one, two]) => one ?? two ?? "");
    paths = paths.flatMap((names) => keys.map((key) => [...names, key]));
    // Each pair of brackets may double them.
    if (paths.length > 64) return null;
  }
  return { paths, filters };
}
