import type { Step } from "#change/plan.ts";
import type { Bindings, Preview } from "#change/preview.ts";
import { readKubectl } from "#policy/kubectl/line.ts";

/**
 * What the risk of these steps rests on, to be looked at again when each runs. Also of a step that comes after others: while
 * an `apply` waits for its turn somebody may make what it would, and its way back would delete theirs.
 */
export function restingOn(previews: readonly Preview[]): NonNullable<Bindings["shown"]> {
  return previews.flatMap(({ step, shows = [] }) => (shows.length === 0 ? [] : [{ step, shows }]));
}

/**
 * The preview of a step without "created" where an earlier step may make the same: whose it is could not be told when the
 * step runs. By name alone, in whatever kind and namespace.
 */
export function unlessMadeBefore(preview: Preview, { rollback }: Step, earlier: readonly Preview[]): Preview {
  const { shows = [] } = preview;
  const read = rollback?.tool === "kubectl" ? readKubectl(rollback.args) : null;
  if (!shows.includes("created") || read?.ok !== true) return preview;
  const names = new Set(read.line.resources.map(({ name }) => name));
  const isMadeBefore = earlier.some(
    ({ rows, omitted }) =>
      omitted > 0 ||
      rows.some(
        ({ target, action }) => action === "create" && names.has(target.slice(target.indexOf("/") + 1)),
      ),
  );
  return isMadeBefore ? { ...preview, shows: shows.filter((one) => one !== "created") } : preview;
}
