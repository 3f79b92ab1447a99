import type { Command } from "#change/plan.ts";
import type { Preview } from "#change/preview.ts";
import { TAKES_AWAY } from "#policy/kubectl/destroyed.ts";
import { fromRoot } from "#policy/paths.ts";
import { type Gone, REACH, reachOfAddress } from "#policy/reach.ts";
import { parseTerraform } from "./line.ts";

/** What one terraform command destroys or replaces: the addresses of its plan; the whole root where nobody has seen one. */
export function destroyedByTerraform(
  { args, dir }: Command,
  seen: Preview | null,
  places: readonly string[],
): Gone[] {
  const parsed = parseTerraform(args);
  const line = parsed.ok && parsed.line !== "help" ? parsed.line : null;
  const rows = (seen?.rows ?? []).filter(({ action }) => TAKES_AWAY.has(action));
  const root = fromRoot(dir, line?.chdir ?? ".") ?? "";
  const where = { namespace: null, place: placeOf(root, places) };
  const addresses = rows.map(
    ({ target, action }): Gone => ({
      what: action === "replace" ? `${target} (replaced)` : target,
      name: target,
      reach: reachOfAddress(target, rows.length),
      ...where,
    }),
  );
  if (addresses.length === 0 && line?.verb === "destroy") {
    const what =
      root === "" ? "everything in the terraform root" : `everything in the terraform root ${root}`;
    return [{ what, name: root.split("/").at(-1) ?? "", reach: REACH.cluster, ...where }];
  }
  // What takes something away stands first in a preview, so what it left out may do the same.
  const isCut = seen !== null && seen.omitted > 0 && rows.length === seen.rows.length && rows.length > 0;
  return isCut
    ? [...addresses, { what: `up to ${seen.omitted} more`, name: "", reach: 0, ...where }]
    : addresses;
}

function placeOf(root: string, places: readonly string[]): string {
  const named = root === "" ? "the terraform root" : `the terraform root ${root}`;
  const begin = `terraform ${root === "" ? "the workspace's root" : root}: workspace `;
  const said = places.find((place) => place.startsWith(begin))?.slice(begin.length);
  const [workspace] = said?.split(",") ?? [];
  return workspace === undefined ? named : `${named}, workspace ${workspace}`;
}
