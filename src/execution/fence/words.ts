import { pathName, type Stretch } from "#execution/objects/differences.ts";
import { managerOf } from "#execution/objects/managers.ts";
import { valueWords } from "#execution/objects/values.ts";
import { type ClusterObject, nameOf, type RedactField } from "#execution/previews/object-changes.ts";
import type { Other } from "./others.ts";

/** So many are named; one is reason enough. */
const MAX_TOLD = 5;

/** What is not as it was approved, for people: the field, its value now and by whom, and the value then. */
export function othersInWords(others: readonly Other[], redact: RedactField): string {
  const told = others.slice(0, MAX_TOLD).map((other) => sentence(other, redact));
  const more = others.length - told.length;
  return [...told, ...(more > 0 ? [`${more} more of the kind.`] : [])].join(" ");
}

function sentence(other: Other, redact: RedactField): string {
  const target = targetName(other.object);
  switch (other.kind) {
    case "field":
      return fieldSentence(other, target, redact);
    case "made": {
      const show = (value: unknown) => valueWords(other.object, other.path, value, redact);
      return `${target} would be made with ${pathName(other.path)} ${show(other.now)}, and with ${show(other.was)} when this was planned.`;
    }
    case "gone":
      return `${target} is not there any more.`;
    case "anew":
      return `${target} is not the one of that name that was seen: it was deleted and made anew.`;
    case "there":
      return `${target} is there by now, and was not when this was planned.`;
    case "new":
      return `${target} would be changed too, and would not have been when this was planned.`;
    case "unseen":
      return `What would become of ${target} cannot be seen.`;
  }
}

function fieldSentence(
  { object, path, now, was, sets }: Extract<Other, { kind: "field" }>,
  target: string,
  redact: RedactField,
): string {
  const show = (value: unknown) => valueWords(object, path, value, redact);
  const wanted = sets === undefined ? "" : `; this step would make it ${show(sets)}`;
  return `${target}: ${pathName(path)} is ${show(now)} now${setBy(object, path)}, and was ${show(was)} when this was planned${wanted}.`;
}

function setBy(object: ClusterObject, path: readonly Stretch[]): string {
  const by = managerOf(object, path);
  return by === null ? "" : ` (set by ${by.manager}${by.at === null ? "" : ` at ${by.at}`})`;
}

/** "Deployment/payment-api in production". */
function targetName(object: ClusterObject): string {
  const { namespace } = object.metadata;
  return namespace === undefined ? nameOf(object) : `${nameOf(object)} in ${namespace}`;
}
