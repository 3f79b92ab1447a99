/**
 * Splits files into `count` shares that take about as long as one another: the longest first, each into the share that has
 * least. A file without a weight counts as the middle one. Each file is in one share, and each share keeps their order.
 */
export function splitByWeight(
  files: readonly string[],
  weights: Readonly<Record<string, number>>,
  count: number,
): string[][] {
  const known = Object.values(weights).toSorted((one, other) => one - other);
  const middle = known[Math.floor(known.length / 2)] ?? 1;
  const weightOf = (file: string): number => weights[file] ?? middle;
  const shares = Array.from({ length: count }, () => ({ weight: 0, files: [] as string[] }));
  for (const file of files.toSorted((one, other) => weightOf(other) - weightOf(one))) {
    const [least] = shares.toSorted((one, other) => one.weight - other.weight);
    if (least === undefined) break;
    least.weight += weightOf(file);
    least.files.push(file);
  }
  return shares.map((share) => share.files.toSorted());
}
