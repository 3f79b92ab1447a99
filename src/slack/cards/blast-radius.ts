import type { Change } from "#change/change.ts";
import type { PreviewRow } from "#change/preview.ts";
import { isReading } from "#change/titles/step-words.ts";
import { goesBack } from "#change/way-back.ts";

const verbs: Record<PreviewRow["action"], string> = {
  destroy: "destroyed",
  replace: "replaced",
  restart: "restarted",
  forget: "forgotten by terraform",
  update: "changed",
  create: "created",
  import: "taken over by terraform",
};

/** How far the plan reaches, in one line made from what was seen and from the plan: how many objects, restarts, ways back. */
export function blastRadius(change: Change): string {
  const steps = (change.plan?.plan ?? []).filter((step) => !isReading(step));
  const rows = change.previews.flatMap((preview) => preview.rows);
  const without = steps.filter((step) => !goesBack(change, step)).length;
  if (steps.length === 0) return "it only reads";
  return [seen(change, rows), ...restarts(rows), wayBack(steps.length, without)].join(" · ");
}

/** The most dangerous first: a long line is read from its front. */
function seen(change: Change, rows: readonly PreviewRow[]): string {
  const worse = new Set(rows.filter(({ action }) => action !== "update").map(objectOf));
  const counts = Object.entries(verbs).flatMap(([action, verb]) => {
    const named = new Set(rows.filter((row) => row.action === action).map(objectOf));
    // What is made or replaced has rows of its values too.
    const objects = action === "update" ? [...named].filter((one) => !worse.has(one)).length : named.size;
    return objects === 0 ? [] : [`${objects} ${objects === 1 ? "object" : "objects"} ${verb}`];
  });
  const omitted = change.previews.reduce((sum, preview) => sum + preview.omitted, 0);
  const more = omitted === 0 ? "" : ` and ${omitted} more changes`;
  return counts.length === 0 ? "no change was seen beforehand" : `${counts.join(", ")}${more}`;
}

/** Only what the rows say for certain: a changed pod template restarts its pods, a changed count does not. */
function restarts(rows: readonly PreviewRow[]): string[] {
  if (rows.some(({ action, target }) => action === "restart" || target.includes(" spec.template.")))
    return ["pods restart"];
  const isHarmless = rows.every(
    ({ action, target }) => action === "update" && target.endsWith(" spec.replicas"),
  );
  return rows.length > 0 && isHarmless ? ["no restart"] : [];
}

function wayBack(steps: number, without: number): string {
  if (without === steps) return "no way back";
  if (steps === 1) return "has a way back";
  if (without === 0) return "every step that changes something has a way back";
  return `${without} of ${steps} steps that change something have no way back`;
}

/** TYPE/NAME of a row that names a field after it. */
function objectOf({ target }: PreviewRow): string {
  return target.split(" ")[0] ?? target;
}
