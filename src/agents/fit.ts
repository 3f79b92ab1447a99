/** How many characters a value takes as the prompt writes it: as JSON, with `</` escaped. */
export function sizeOf(value: unknown): number {
  const text = JSON.stringify(value) ?? "";
  return text.length + text.split("</").length - 1;
}

/** The beginning of a text that takes at most `room` characters as JSON, its quotes included; cut ones end in "…". */
export function cutStart(text: string, room: number): string {
  if (text.length <= room && sizeOf(text) <= room) return text;
  return `${longest(text, room, (chars) => text.slice(0, chars))}…`;
}

/** The same of its end. */
export function cutEnd(text: string, room: number): string {
  if (text.length <= room && sizeOf(text) <= room) return text;
  return `…${longest(text, room, (chars) => text.slice(Math.max(0, text.length - chars)))}`;
}

/** Halving: a character may be one of JSON's or six, so where to cut is not known beforehand. */
function longest(text: string, room: number, part: (chars: number) => string): string {
  let [fits, least, most] = ["", 0, Math.min(text.length, room)];
  while (least < most) {
    const chars = Math.ceil((least + most) / 2);
    // Half a character would be written as six.
    const piece = part(chars).toWellFormed();
    if (sizeOf(piece) + 1 <= room) [fits, least] = [piece, chars];
    else most = chars - 1;
  }
  return fits;
}

/** Divides `room` among needs: who needs little leaves the rest to the others, and nobody gets more than asked for. */
export function shareOut(needs: readonly number[], room: number): number[] {
  const shares = new Array<number>(needs.length).fill(0);
  let left = room;
  const order = needs.map((_, index) => index).toSorted((a, b) => (needs[a] ?? 0) - (needs[b] ?? 0));
  for (const [done, index] of order.entries()) {
    const share = Math.min(needs[index] ?? 0, Math.floor(left / (needs.length - done)));
    shares[index] = share;
    left -= share;
  }
  return shares;
}
