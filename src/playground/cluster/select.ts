import { KubectlError } from "./errors.ts";
import type { KubeObject } from "./state.ts";

/** A test for objects from a label selector: `a=b,c!=d,e in (f,g),h notin (i),j,!k`. Throws on anything else. */
export function selectorOf(text: string): (object: KubeObject) => boolean {
  const parts = text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const tests = parts.map(requirement);
  return (object) => tests.every((test) => test(object.metadata.labels ?? {}));
}

function requirement(text: string): (labels: Record<string, string>) => boolean {
  const KEY = "[\\w./-]+";
  const equal = new RegExp(`^(${KEY})\\s*(==|=|!=)\\s*([\\w.-]*)$`).exec(text);
  if (equal !== null) {
    const [, key = "", operator, value = ""] = equal;
    return (labels) => (labels[key] === value) === (operator !== "!=");
  }
  const within = new RegExp(`^(${KEY})\\s+(in|notin)\\s+\\(([^)]*)\\)$`).exec(text);
  if (within !== null) {
    const [, key = "", operator, list = ""] = within;
    const values = list.split(",").map((value) => value.trim());
    return (labels) => values.includes(labels[key] ?? "\0") === (operator === "in");
  }
  const exists = new RegExp(`^(!?)(${KEY})$`).exec(text);
  if (exists !== null) return (labels) => (exists[2] ?? "") in labels === (exists[1] === "");
  throw new KubectlError(`error: unable to parse requirement: found '${text}', expected: label selector`);
}
