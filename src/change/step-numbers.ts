/** "step 4", "steps 1, 3 and 5 to 20": which steps, in few words. */
export function stepNumbers(steps: readonly number[]): string {
  const numbers = [...new Set(steps)].toSorted((one, other) => one - other);
  const runs: { from: number; to: number }[] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && last.to === number - 1) last.to = number;
    else runs.push({ from: number, to: number });
  }
  const words = runs.flatMap(({ from, to }) =>
    to - from > 1 ? [`${from} to ${to}`] : from === to ? [`${from}`] : [`${from}`, `${to}`],
  );
  const last = words.pop() ?? "";
  const all = words.length === 0 ? last : `${words.join(", ")} and ${last}`;
  return `${numbers.length === 1 ? "step" : "steps"} ${all}`;
}
