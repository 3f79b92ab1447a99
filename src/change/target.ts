/** What one step changes, as other changes must not at the same time. A star stands for any. */
export type Target = {
  tool: "kubectl" | "terraform" | "*";
  /** The cluster's address; terraform's directory, or its state's lineage. */
  place: string;
  namespace: string;
  kind: string;
  name: string;
};

/** The kind of whatever is none of Kubernetes' own. */
export const CUSTOM_KIND = "custom";

/** A target as the rows keep it: five words that hold no blanks. */
export function targetKey({ tool, place, namespace, kind, name }: Target): string {
  return [tool, place, namespace, kind, name].map(encodeURIComponent).join(" ");
}

/** Reads a key back. One that cannot be read is everything: better one wait too many. */
export function readTarget(key: string): Target {
  const [tool = "*", place = "*", namespace = "*", kind = "*", name = "*"] = key.split(" ").map(decode);
  return { tool: tool === "kubectl" || tool === "terraform" ? tool : "*", place, namespace, kind, name };
}

/** For people: "deployments/web in production", "the terraform root network". */
export function targetInWords({ tool, namespace, kind, name, place }: Target): string {
  if (tool === "*") return "everything";
  if (tool === "terraform")
    return kind === "state" ? "the same terraform state" : `the terraform root ${place}`;
  const what = kind === "*" ? "everything" : kind === CUSTOM_KIND ? "custom resources" : kind;
  const named = name === "*" ? (kind === "*" ? what : `all ${what}`) : `${what}/${name}`;
  if (namespace === "") return named;
  return `${named} in ${namespace === "*" ? "any namespace" : namespace}`;
}

function decode(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return "*";
  }
}
