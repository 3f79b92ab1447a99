import type { Packages } from "#execution/workspace/copy.ts";
import { snapshotBelow } from "#execution/workspace/snapshot.ts";
import { filesIn, type KnownFiles, pathsIn } from "#policy/files.ts";
import { packagePlaceOf } from "#policy/terraform/module-source.ts";

/**
 * Files as they are known, with those of fetched packages where the copy has them. There is nothing else there: what a
 * workspace has in a directory of that name is never asked for.
 */
export function withPackages(files: KnownFiles, packages: Packages): KnownFiles {
  const fetched = new Map(
    [...packages].flatMap(([place, snapshot]) => [...snapshotBelow(place, snapshot).files]),
  );
  const whole = () => new Map([...files, ...fetched]);
  const isFetched = (path: string) => packagePlaceOf(path) !== null;
  return {
    get: (path) => (isFetched(path) ? fetched : files).get(path),
    has: (path) => (isFetched(path) ? fetched : files).has(path),
    below: (directory, depth) => [
      ...(isFetched(directory) ? [] : filesIn(files, directory, depth)),
      ...pathsIn(fetched.keys(), directory, depth),
    ],
    get size() {
      return whole().size;
    },
    forEach: (each) => {
      for (const [path, text] of whole()) each(text, path, files);
    },
    entries: () => whole().entries(),
    keys: () => whole().keys(),
    values: () => whole().values(),
    [Symbol.iterator]: () => whole().entries(),
    ...(files.leftOut === undefined ? {} : { leftOut: files.leftOut }),
    ...(files.linked === undefined ? {} : { linked: files.linked }),
  };
}
