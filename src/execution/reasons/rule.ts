import { name } from "./words.ts";

/** What a rule knows beside the text: the namespace the command names, null where it names none. */
export type Known = { namespace: string | null };

/**
 * How one kind of failure reads, in kubectl 1.32's and the API server's words without what stands around them. Every pattern
 * begins at the beginning: what a webhook says comes later, and must not choose the rule.
 */
export type Rule = { kind: string; said: RegExp; why: (found: string[], known: Known) => string };

/** A kind as the server names it, and a name. */
export const TARGET = '([a-z][\\w.-]{0,253}) "([^"\\n]{0,253})"';

/** Kinds that stand in no namespace, as the server calls them. */
const CLUSTER_WIDE =
  /^(?:nodes|namespaces|persistentvolumes|clusterroles\.|clusterrolebindings\.|storageclasses\.|customresourcedefinitions\.|ingressclasses\.|priorityclasses\.)/;

/** " in the namespace shop", where an object of this kind stands in one and the command names it. */
export function inNamespace(kind: string, { namespace }: Known): string {
  return namespace === null || CLUSTER_WIDE.test(kind) ? "" : ` in the namespace ${name(namespace)}`;
}

/** One object of a kind, in a word: `deployments.apps` is a deployment. */
export function oneOf(kind: string): string {
  const [plural = ""] = kind.split(".");
  return name(
    plural
      .replace(/ies$/, "y")
      .replace(/(ss|x|ch)es$/, "$1")
      .replace(/([^s])s$/, "$1"),
  );
}
