/** A file that is imported, or that imports. */
export type SourceFile = { path: string; text: string };

/**
 * Files that import each other, directly or in a ring, each ring once and sorted. `import type` counts: it costs nothing to
 * run, but whoever reads one file of a ring has to read all of them.
 */
export function circlesIn(files: readonly SourceFile[]): string[][] {
  const known = new Map(files.map((file) => [file.path, importsOf(file)]));
  const reaches = new Map([...known.keys()].map((path) => [path, reachedFrom(path, known)]));
  const rings = [...known.keys()].flatMap((path) => {
    const mine = reaches.get(path) ?? new Set();
    if (!mine.has(path)) return [];
    return [[...mine].filter((other) => reaches.get(other)?.has(path)).toSorted()];
  });
  return [...new Map(rings.map((ring) => [ring.join(" "), ring])).values()];
}

/** What follows `from` or stands in `import()`: ours by name (#change/plan.ts is src/change/plan.ts) or by path. */
function importsOf({ path, text }: SourceFile): string[] {
  const found = text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|\bimport\s+)["']([#.][^"']+)["']/g);
  return [...found].map(([, specifier = ""]) =>
    specifier.startsWith("#") ? `src/${specifier.slice(1)}` : joined(path, specifier),
  );
}

function joined(path: string, specifier: string): string {
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}

function reachedFrom(path: string, imports: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>();
  const open = [...(imports.get(path) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    open.push(...(imports.get(next) ?? []));
  }
  return reached;
}
