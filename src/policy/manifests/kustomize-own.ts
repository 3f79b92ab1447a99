import { type Finding, refused } from "#policy/finding.ts";
import { readDocuments } from "./yaml.ts";

/** Names that kustomize keeps its own notes under, as a key or in the path of a JSON patch. */
const OWN = /(?:^|\/)(?:internal\.config\.kubernetes\.io|kustomize\.config\.k8s\.io)(?:\/|~1)/i;

/**
 * A refusal of annotations by which kustomize knows what it may do to an object: one in a patch makes a config map a pod
 * (`allowKindChange`, measured with kubectl 1.32), and what is judged and shown is another object than what is built.
 */
export function judgeOwnNotes(value: unknown): Finding[] {
  const name = ownNoteIn(value);
  return name === null
    ? []
    : [refused(`${JSON.stringify(name)} is one of kustomize's own notes, by which it builds other objects`)];
}

/** The same of a text of YAML or JSON, such as a patch; what cannot be read is for others to judge. */
export function judgeOwnNotesIn(text: string): Finding[] {
  const documents = readDocuments(text);
  return documents.ok ? judgeOwnNotes(documents.values) : [];
}

function ownNoteIn(value: unknown): string | null {
  if (typeof value !== "object" || value === null) return null;
  for (const [key, held] of Object.entries(value)) {
    if (OWN.test(key)) return key;
    if (key === "path" && typeof held === "string" && OWN.test(held)) return held;
    const found = ownNoteIn(held);
    if (found !== null) return found;
  }
  return null;
}
