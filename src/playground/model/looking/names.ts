/** The names that were meant by a word, and how far they are from it: 0 is the name itself. */
export type Meant = { names: string[]; distance: number };

/** Which of the names somebody meant: one, or several that are as near as one another; null where none is near. */
export function meant(word: string, names: readonly string[]): Meant | null {
  const said = word.toLowerCase();
  const steps: ((name: string) => boolean)[] = [
    (name) => name === said,
    (name) => name.split("-").includes(said) || name.startsWith(`${said}-`) || said.startsWith(`${name}-`),
    (name) => said.length >= 3 && (name.includes(said) || name.replaceAll("-", "") === said),
    (name) => said.length >= 3 && isWithin(said, name, 1),
    (name) => said.length >= 5 && isWithin(said, name, 2),
    (name) => said.length >= 4 && name.split("-").some((part) => part.length >= 4 && isWithin(said, part, 1)),
  ];
  const distance = steps.findIndex((fits) => names.some(fits));
  const fits = steps[distance];
  return fits === undefined ? null : { names: [...new Set(names.filter(fits))], distance };
}

/** Whether so few letters have to be added, left out, exchanged or swapped to make one word of the other. */
export function isWithin(one: string, other: string, slips: number): boolean {
  if (one === other) return true;
  if (slips === 0 || Math.abs(one.length - other.length) > slips) return false;
  let same = 0;
  while (same < one.length && one[same] === other[same]) same += 1;
  const [a, b] = [one.slice(same), other.slice(same)];
  const isSwapped = a[0] === b[1] && a[1] === b[0] && a.length > 1 && b.length > 1;
  return (
    isWithin(a.slice(1), b, slips - 1) ||
    isWithin(a, b.slice(1), slips - 1) ||
    isWithin(a.slice(1), b.slice(1), slips - 1) ||
    (isSwapped && isWithin(a.slice(2), b.slice(2), slips - 1))
  );
}
