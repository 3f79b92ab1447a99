import type { PlannedApply, PlannedResource } from "./planned.ts";

/** What one more plan says of what was applied: by address what is planned again, and what else it shows. */
export type Again = { again: { address: string; why: string }[]; more: string[] };

/**
 * Holds one more plan against the one that was applied. What was planned and is planned again in the same way has not come
 * about, unless its values were unknown then (`timestamp()` is another one each time). All else may be as it always is.
 */
export function againOf({ resources }: PlannedApply, now: readonly PlannedResource[]): Again {
  const found: Again = { again: [], more: [] };
  for (const one of now) {
    const why = resources.map((was) => whyAgain(was, one)).find((word) => word !== null) ?? null;
    if (why === null) found.more.push(one.address);
    else found.again.push({ address: one.address, why });
  }
  return found;
}

function whyAgain(was: PlannedResource, now: PlannedResource): string | null {
  if (was.address !== now.address) return null;
  const [before, after] = [kindOf(was), kindOf(now)];
  if (before !== after) return null;
  if (before !== "update" && before !== "replace") return before;
  if (now.isTainted) return "replace, since it is tainted";
  const same = now.attributes.filter((name) => was.attributes.includes(name) && !was.unknown.includes(name));
  return same.length === 0 ? null : `${before} (${same.slice(0, 5).join(", ")})`;
}

function kindOf({ does, isSilent }: PlannedResource): string {
  if (does.includes("create") && does.includes("destroy")) return "replace";
  return does.find((did) => did !== "import") ?? does[0] ?? (isSilent ? "forget" : "nothing");
}
