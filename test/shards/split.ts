/**
 * Splits files into `count` shares that take about as long as one another: the longest first, each into the share that has
 * least. A file without a weight counts as the middle one of its folder. Each file is in one share, in their order.
 */
export function splitByWeight(
  files: readonly string[],
  weights: Readonly<Record<string, number>>,
  count: number,
): string[][] {
  const known = Object.entries(weights);
  const weightOf = (file: string): number => {
    const alike = known.filter(([other]) => folderOf(other) === folderOf(file));
    return weights[file] ?? middleOf(alike) ?? middleOf(known) ?? 1;
  };
  const shares = Array.from({ length: count }, () => ({ weight: 0, files: [] as string[] }));
  const weighed = files.map((file) => ({ file, weight: weightOf(file) }));
  for (const { file, weight } of weighed.toSorted((one, other) => other.weight - one.weight)) {
    const [least] = shares.toSorted((one, other) => one.weight - other.weight);
    if (least === undefined) break;
    least.weight += weight;
    least.files.push(file);
  }
  return shares.map((share) => share.files.toSorted());
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(0, file.indexOf("/")));
}

function middleOf(weighed: readonly [string, number][]): number | undefined {
  return weighed.map(([, weight]) => weight).toSorted((one, other) => one - other)[weighed.length >> 1];
}
