import type { Policy } from "#policy/document.ts";
import { type Finding, high, medium, refused } from "#policy/finding.ts";
import { judgeReplicas } from "#policy/replicas.ts";
import { isWeighty, WEIGHT } from "./annotations.ts";
import { judgeOwnNotesIn } from "./kustomize-own.ts";
import { judgePatchText, whyNoPatch } from "./patch.ts";
import { fieldsOf } from "./yaml.ts";

/** What a key of a kustomization that changes other objects means. `read` gives a file's text, or null when it is refused already. */
export function judgeTransforms(
  key: string,
  value: unknown,
  read: (path: string) => string | null,
  policy: Policy,
): Finding[] {
  switch (key) {
    case "replicas":
      return listed(value).flatMap((entry) => {
        const count = fieldsOf(entry)?.["count"];
        const own = isCount(count) ? medium("it sets replicas") : high("it sets replicas to zero, or oddly");
        return [own, ...judgeKeys(key, entry, ["name", "count"]), ...judgeReplicas([count], policy)];
      });
    case "commonAnnotations":
      return [medium("it sets annotations"), ...judgeNotes(value, key)];
    case "commonLabels":
      return judgeNotes(value, key);
    case "labels":
      return listed(value).flatMap(judgeLabels);
    case "generatorOptions":
      return judgeOptions(key, value);
    case "patches":
    case "patchesStrategicMerge":
    case "patchesJson6902":
      return listed(value).flatMap((entry) => judgePatch(entry, read, policy));
    case "replacements":
    case "vars":
      return [high(`its ${key} put values into fields that nobody reads here`)];
    default:
      return [refused(`the kustomization's ${key} is not on the list`)];
  }
}

/** What a generator may say of what it makes; `name` is where that stands. */
export function judgeOptions(name: string, value: unknown): Finding[] {
  const known = ["disableNameSuffixHash", "labels", "annotations", "immutable"];
  const strange = judgeKeys(name, value, known);
  if (strange.length > 0) return strange;
  return ["labels", "annotations"].flatMap((key) => judgeNotes(fieldsOf(value)?.[key] ?? {}, key));
}

/** A refusal of an entry's keys that are not on its list: kustomize takes `NewName` and `Files` for `newName` and `files` (measured, 5.5). */
export function judgeKeys(name: string, entry: unknown, known: readonly string[]): Finding[] {
  const fields = fieldsOf(entry);
  if (fields === null) return [refused(`one of the kustomization's ${name} is no mapping`)];
  const strange = Object.keys(fields).find((key) => !known.includes(key));
  return strange === undefined ? [] : [refused(`the kustomization's ${name}.${strange} is not on the list`)];
}

/** `fields` writes the pairs wherever it says: `serviceAccountName: admin` into a pod's spec (measured, kustomize 5.5). */
function judgeLabels(entry: unknown): Finding[] {
  const known = ["pairs", "includeSelectors", "includeTemplates"];
  const strange = Object.keys(fieldsOf(entry) ?? { entry }).find((key) => !known.includes(key));
  if (strange === undefined) return judgeNotes(fieldsOf(entry)?.["pairs"] ?? {}, "labels");
  return [high(`its labels have ${strange}, and with it are written into more than labels`)];
}

/** Labels and annotations it puts on all it builds, pods included. */
function judgeNotes(value: unknown, key: string): Finding[] {
  const notes = fieldsOf(value);
  if (notes === null) return [high(`its ${key} are no mapping`)];
  const weighty = Object.keys(notes).filter(isWeighty);
  return weighty.map((name) => high(`its ${key} have ${name}: it ${WEIGHT}`));
}

function judgePatch(entry: unknown, read: (path: string) => string | null, policy: Policy): Finding[] {
  const fields = fieldsOf(entry);
  const strange = Object.keys(fields ?? {}).find((key) => !["patch", "path", "target"].includes(key));
  if (strange !== undefined) return [high(`a patch of the kustomization has ${strange}`)];
  const inline = fields?.["patch"];
  const path = fields?.["path"];
  if (typeof inline === "string" && path === undefined) return judgeText(inline, policy);
  if (typeof path === "string" && inline === undefined) return fromFile(path, read, policy);
  if (typeof entry !== "string")
    return [refused("a patch of the kustomization has neither one patch nor one path")];
  // The old key takes a path or the patch itself.
  return entry.includes("\n") ? judgeText(entry, policy) : fromFile(entry, read, policy);
}

function fromFile(path: string, read: (path: string) => string | null, policy: Policy): Finding[] {
  const text = read(path);
  if (text === null) return [];
  // kustomize prints a file that it cannot take for a patch.
  const strange = whyNoPatch(text);
  return strange === null ? judgeText(text, policy) : [refused(`"${path}" is no patch: ${strange}`)];
}

function judgeText(text: string, policy: Policy): Finding[] {
  return [...judgeOwnNotesIn(text), ...judgePatchText(text, null, policy)];
}

function listed(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value < 10_000;
}
