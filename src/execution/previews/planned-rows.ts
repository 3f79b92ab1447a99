import type { PreviewRow } from "#change/preview.ts";
import type { Redact } from "#redact/redact.ts";
import { redactField } from "#redact/value.ts";
import { type PlannedAttribute, UNKNOWN } from "./planned-attributes.ts";
import type { PlannedResource } from "./terraform-plan.ts";

/** What takes something away. */
const FIRST: readonly PreviewRow["action"][] = ["destroy", "replace", "forget"];
/** A field is a line in a table: a longer value is cut, and says so. */
const MAX_VALUE_CHARS = 160;

/**
 * The rows of a saved plan, the most dangerous first, because a long list is cut at its end: what goes away or is replaced,
 * why it is replaced, what changes with before and after, what is new, and last what the new ones hold.
 */
export function plannedRows(resources: readonly PlannedResource[], redact: Redact): PreviewRow[] {
  const isFirst = ({ action }: PlannedResource) => FIRST.includes(action);
  const goes = resources.filter(isFirst);
  const stays = resources.filter((one) => !isFirst(one));
  const changed = stays.filter(({ action, attributes }) => action !== "create" && attributes.length > 0);
  const named = stays.filter((one) => !changed.includes(one) || one.action === "import");
  const fields = (all: readonly PlannedResource[], which = (_: PlannedAttribute) => true) =>
    all.flatMap((one) => one.attributes.filter(which).map((attribute) => fieldRow(one, attribute, redact)));
  return [
    ...goes.map((one) => resourceRow(one, redact)),
    ...fields(goes, ({ forces }) => forces),
    ...fields(changed),
    // A new object's id is always known only then, which says nothing that "replaced" does not.
    ...fields(goes, ({ forces, after }) => !forces && after !== UNKNOWN),
    ...named.map((one) => resourceRow(one, redact)),
    ...fields(named.filter((one) => !changed.includes(one))),
  ];
}

function resourceRow({ address, action, reason }: PlannedResource, redact: Redact): PreviewRow {
  return { target: redact(address), action, before: null, after: reason };
}

function fieldRow(
  { address }: PlannedResource,
  { path, name, before, after, forces }: PlannedAttribute,
  redact: Redact,
): PreviewRow {
  const value = (text: string | null) => (text === null ? null : short(redactField(name, text, redact)));
  const becomes = value(after) ?? (forces ? "nothing" : null);
  return {
    target: `${redact(address)} ${path}`,
    action: "update",
    before: value(before),
    after: forces ? `${becomes}, forces replacement` : becomes,
  };
}

/** Redacted first and cut then: half a token looks like none. */
function short(text: string): string {
  return text.length <= MAX_VALUE_CHARS
    ? text
    : `${text.slice(0, MAX_VALUE_CHARS)} … (${text.length} characters)`;
}
