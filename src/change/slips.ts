/** How many letters have to be added, left out, exchanged or swapped with their neighbour, to make one word of the other. */
export function slips(one: string, other: string): number {
  const table: number[][] = [Array.from({ length: other.length + 1 }, (_, index) => index)];
  const at = (row: number, column: number): number => table[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= one.length; i += 1) {
    table[i] = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const isSame = one[i - 1] === other[j - 1];
      const isSwapped = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      const exchanged = at(i - 1, j - 1) + (isSame ? 0 : 1);
      const swapped = isSwapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
      table[i]?.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, exchanged, swapped));
    }
  }
  return at(one.length, other.length);
}
